package dev.nettystreams.demos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.StreamLimits;
import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryOptions;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.TypeConversionException;

/** {@code --idle-timeout} of every server. */
@Timeout(60)
class IdleTimeoutTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "echo-server | 'hello' | 'hello'",
                "resp-server | 'PING\r\n' | '+PONG\r\n'",
                "smtp-server | 'NOOP\r\n' | '220 .*250 .*421 4.4.2 nothing for 2 s\r\n'",
                "chat-server | 'ada\r\n' | '.*ada.*\\* not a line for 2 s; good-bye\n'",
                "serve-files | 'GET /x HT' | 'HTTP/1.1 408 .*Connection: close\r\n.*'",
                "serve-files | 'GET /x HTTP/1.1\r\nHo' | 'HTTP/1.1 408 .*'",
                "serve-files | '' | ''",
                "proxy | 'hello' | ''"
            })
    void silentClient_isSentTheGoodbye_andAnOrderlyEnd(String command, String words, String answer) throws Exception {
        try (DemoProcess echo = DemoProcess.demo("echo-server", "--port", "0");
                DemoProcess server = start(command, echo.listeningPort());
                Socket socket = DemoProcess.connect(server.listeningPort())) {
            socket.getOutputStream().write(words.getBytes(ISO_8859_1));
            if (command.equals("proxy")) {
                assertThat(socket.getInputStream().readNBytes(5))
                        .asString(ISO_8859_1)
                        .isEqualTo("hello");
                assertThat(endOf(socket)).isTrue();
            } else {
                assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
                        .matches("(?s)" + answer.replace("+", "\\+"));
            }
            assertThat(server.terminate()).isZero();
            assertThat(server.errors()).isEmpty();
        }
    }

    /** A tunnel has no goodbye, and its end may be a reset. */
    private static boolean endOf(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException reset) {
            return true;
        }
    }

    private DemoProcess start(String command, int destination) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(command, "--port", "0", "--idle-timeout", "2s"));
        if (command.equals("proxy")) {
            arguments.addAll(List.of("--to", "127.0.0.1:" + destination));
        } else if (command.equals("serve-files")) {
            arguments.add(directory.toString());
        }
        return DemoProcess.demo(arguments.toArray(String[]::new));
    }

    /** Each request begins the time anew. Time is turned by hand. */
    @Test
    void clientThatSpeaksInTime_isServedOn() {
        ManualLoop loop = new ManualLoop();
        MemoryPair pair = MemoryStreams.pair(loop, StreamLimits.DEFAULT, MemoryOptions.DEFAULT);
        pair.far()
                .serve(
                        RunOn.CALLBACKS.handler((reader, writer) ->
                                new IdleLimit(new EchoServer().dialogue(reader, writer), Duration.ofSeconds(10))),
                        (connection, failure) -> {
                            throw new AssertionError(failure);
                        });
        CompletableFuture<byte[]> echo = pair.near().reader().readAll(100);
        for (int i = 0; i < 5; i++) {
            pair.near().writer().write(new byte[] {'a'});
            loop.runReady();
            loop.advance(Duration.ofSeconds(9));
            assertThat(echo).isNotDone();
        }
        loop.advance(Duration.ofSeconds(1));
        assertThat(echo).isCompletedWithValueMatching(bytes -> bytes.length == 5);
    }

    @Test
    void time_hasAUnit() {
        DurationConverter converter = new DurationConverter();
        assertThat(converter.convert("300ms")).isEqualTo(Duration.ofMillis(300));
        assertThat(converter.convert("30")).isEqualTo(Duration.ofSeconds(30));
        assertThat(converter.convert("5m")).isEqualTo(Duration.ofMinutes(5));
        assertThat(converter.convert("2h")).isEqualTo(Duration.ofHours(2));
        for (String wrong : new String[] {"0", "-1", "5 s", "1d", "", "9999999999"}) {
            assertThatThrownBy(() -> converter.convert(wrong))
                    .isInstanceOf(TypeConversionException.class)
                    .hasMessage("not a time such as 300ms, 30s or 5m: " + wrong);
        }
    }
}
