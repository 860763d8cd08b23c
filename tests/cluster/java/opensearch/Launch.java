import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.opensearch.common.settings.Settings;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.transport.Netty4Plugin;

/** One OpenSearch node: FOLDER PORT PARENT. It listens on the loopback alone, and ends when it is told to or its parent does. */
final class Launch extends Node {
    private Launch(Settings settings, Path folder) {
        super(
            InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), folder, () -> "tests"),
            List.of(Netty4Plugin.class),
            false
        );
    }

    public static void main(String[] arguments) throws Exception {
        ProcessHandle parent = ProcessHandle.of(Long.parseLong(arguments[2])).orElseThrow();
        Settings settings = Settings.builder()
            .put("path.home", arguments[0])
            .put("network.host", "127.0.0.1")
            .put("http.port", arguments[1])
            .put("http.type", "netty4")
            .put("transport.port", "0")
            .put("transport.type", "netty4")
            .put("discovery.type", "single-node")
            // a full disk of the machine is no reason to refuse a test's few lines
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .build();
        Node node = new Launch(settings, Path.of(arguments[0]));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
            } catch (Exception error) {
                error.printStackTrace();
            }
        }));
        node.start();
        parent.onExit().join();
        System.exit(0);
    }
}
