package xiangyin;

import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.cluster.metadata.IndexNameExpressionResolver;
import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.common.io.stream.NamedWriteableRegistry;
import org.elasticsearch.common.settings.ClusterSettings;
import org.elasticsearch.common.settings.IndexScopedSettings;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.settings.SettingsFilter;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestController;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestRequest.Method;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;

/** Answers `GET /`, as every released Elasticsearch does: the distribution for integration tests leaves it out. */
public final class Root extends Plugin implements ActionPlugin {

  @Override
  public Collection<RestHandler> getRestHandlers(
      Settings settings, NamedWriteableRegistry names, RestController controller, ClusterSettings cluster,
      IndexScopedSettings scoped, SettingsFilter filter, IndexNameExpressionResolver resolver,
      Supplier<DiscoveryNodes> nodes, Predicate<NodeFeature> supports) {
    return List.of(new Version());
  }

  private static final class Version extends BaseRestHandler {

    @Override
    public String getName() {
      return "xiangyin_root";
    }

    @Override
    public List<Route> routes() {
      return List.of(new Route(Method.GET, "/"), new Route(Method.HEAD, "/"));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
      return channel -> {
        var build = Build.current();
        var answer = channel.newBuilder().startObject().startObject("version");
        answer.field("number", build.qualifiedVersion()).field("build_flavor", build.flavor()).endObject();
        channel.sendResponse(
            new RestResponse(RestStatus.OK, answer.field("tagline", "You Know, for Search").endObject()));
      };
    }
  }
}
