package dev.nettystreams.recipes.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.recipes.Peer;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** A Spring Boot application whose context starts and stops a server. */
@Timeout(60)
class ShoutApplicationTest {
    private static ConfigurableApplicationContext run(int port) {
        SpringApplication application = new SpringApplication(ShoutApplication.class);
        application.setLogStartupInfo(false);
        return application.run("--shout.port=" + port, "--spring.main.banner-mode=off");
    }

    @Test
    void context_startsAndStopsTheServer() throws Exception {
        int port;
        Peer open;
        try (ConfigurableApplicationContext context = run(0)) {
            StreamServerBean server = context.getBean(StreamServerBean.class);
            assertThat(server.isRunning()).isTrue();
            port = server.port();
            open = new Peer(port);
            assertThat(open.ask("hello, spring")).isEqualTo("HELLO, SPRING");
        }
        try (open) {
            assertThat(open.line()).as("EOF, not a reset").isNull();
        }
        assertThatThrownBy(() -> new Peer(port)).isInstanceOf(ConnectException.class);
    }

    @Test
    void takenPort_failsTheApplication() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> run(taken.getLocalPort())).hasStackTraceContaining("java.net.BindException");
        }
    }
}
