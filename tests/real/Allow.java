import static org.apache.kafka.common.acl.AclOperation.*;
import static org.apache.kafka.common.resource.PatternType.*;
import static org.apache.kafka.common.resource.ResourceType.*;

import java.io.FileReader;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Gives a user what docs/operating.md says that a deployment needs: Allow CLIENT.PROPERTIES USER DEPLOYMENT. */
class Allow {
  public static void main(String[] words) throws Exception {
    var access = new Properties();
    access.load(new FileReader(words[0]));
    var topics = words[2] + ".";
    try (var admin = Admin.create(access)) {
      admin
          .createAcls(
              List.of(
                  allow(words[1], TOPIC, topics, PREFIXED, READ),
                  allow(words[1], TOPIC, topics, PREFIXED, WRITE),
                  allow(words[1], TOPIC, topics, PREFIXED, CREATE),
                  allow(words[1], GROUP, words[2] + "-worker", LITERAL, READ)))
          .all()
          .get();
    }
  }

  static AclBinding allow(String user, ResourceType type, String name, PatternType pattern, AclOperation operation) {
    var entry = new AccessControlEntry("User:" + user, "*", operation, AclPermissionType.ALLOW);
    return new AclBinding(new ResourcePattern(type, name, pattern), entry);
  }
}
