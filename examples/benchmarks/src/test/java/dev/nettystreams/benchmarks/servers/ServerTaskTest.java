package dev.nettystreams.benchmarks.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerTaskTest {
    @Test
    void arguments_areParsedBack() {
        var tls = new ServerTask.TlsFiles(Path.of("chain.pem"), Path.of("key.pem"));
        for (Mode mode : Mode.values()) {
            int upstream = mode == Mode.RELAY ? 4001 : 0;
            for (ServerTask task :
                    List.of(new ServerTask(mode, upstream, 4000, null), new ServerTask(mode, upstream, 4000, tls))) {
                assertThat(ServerTask.parse(task.arguments())).isEqualTo(task);
            }
        }
    }

    @Test
    void aUserServersArguments_areTheDocumentedOnes() {
        var tls = new ServerTask.TlsFiles(Path.of("chain.pem"), Path.of("key.pem"));
        assertThat(new ServerTask(Mode.PING, 0, 4000, tls).arguments())
                .containsExactly("ping", "4000", "tls", "chain.pem", "key.pem");
        assertThat(new ServerTask(Mode.RELAY, 4001, 4000, null).arguments()).containsExactly("relay:4001", "4000");
    }

    @Test
    void loops_areNoPartOfTheArguments() {
        ServerTask task = new ServerTask(Mode.ECHO, 0, 4000, null);
        assertThat(task.withLoops(4).loops()).isEqualTo(4);
        assertThat(task.withLoops(4).arguments()).isEqualTo(task.arguments());
    }

    @Test
    void anUnknownMode_isNamed() {
        assertThatThrownBy(() -> ServerTask.parse(List.of("juggle", "4000")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("juggle");
    }
}
