import static org.apache.kafka.common.acl.AclOperation.*;
import static org.apache.kafka.common.resource.PatternType.*;
import static org.apache.kafka.common.resource.ResourceType.*;

import java.io.FileReader;
import java.util.Arrays;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Gives a user rights that docs/operating.md names: Allow CLIENT.PROPERTIES USER DEPLOYMENT read|write|create|join... */
class Allow {
  public static void main(String[] words) throws Exception {
    var access = new Properties();
    access.load(new FileReader(words[0]));
    var rights = Arrays.stream(words).skip(3).map(right -> allow(words[1], words[2], right)).toList();
    try (var admin = Admin.create(access)) {
      admin.createAcls(rights).all().get();
    }
  }

  static AclBinding allow(String user, String deployment, String right) {
    var topics = deployment + ".";
    return switch (right) {
      case "read" -> allow(user, TOPIC, topics, PREFIXED, READ);
      case "write" -> allow(user, TOPIC, topics, PREFIXED, WRITE);
      case "create" -> allow(user, TOPIC, topics, PREFIXED, CREATE);
      case "join" -> allow(user, GROUP, deployment + "-worker", LITERAL, READ);
      default -> throw new IllegalArgumentException(right);
    };
  }

  static AclBinding allow(String user, ResourceType type, String name, PatternType pattern, AclOperation operation) {
    var entry = new AccessControlEntry("User:" + user, "*", operation, AclPermissionType.ALLOW);
    return new AclBinding(new ResourcePattern(type, name, pattern), entry);
  }
}
