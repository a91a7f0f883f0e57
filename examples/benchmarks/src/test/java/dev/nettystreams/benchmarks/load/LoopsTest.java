package dev.nettystreams.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoopsTest {
    private static final Workload ECHO = Workload.named("echo");
    private static final int NEVER = Integer.MAX_VALUE;

    /** 400 ms of 1 s: with one request under way on each connection, eight requests in a thousand would be slow. */
    @Test
    void aStall_isInTheLatencyOfEveryRequestThatWasDueMeanwhile() throws Exception {
        try (LoadGenerator generator = new LoadGenerator();
                StallingServer server = new StallingServer(200, Duration.ofMillis(400));
                LoadConnections connections = LoadConnections.open(generator, ECHO.withConnections(8), server.port())) {
            OpenLoop.Outcome outcome = OpenLoop.run(connections, 1000, Duration.ofSeconds(1));
            Histogram latencies = outcome.latencies();
            assertThat(outcome.unanswered()).isZero();
            assertThat(latencies.getTotalCount()).isEqualTo(1000);
            assertThat(latencies.getValueAtPercentile(99.9)).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(380));
            double delayed = latencies.getCountBetweenValues(TimeUnit.MILLISECONDS.toNanos(50), Long.MAX_VALUE / 2);
            assertThat(delayed).isGreaterThan(300);
        }
    }

    @Test
    void repliesThatNeverCome_countWithTheTimeUntilTheEnd() throws Exception {
        try (LoadGenerator generator = new LoadGenerator();
                StallingServer server = new StallingServer(1, Duration.ofMinutes(1));
                LoadConnections connections = LoadConnections.open(generator, ECHO.withConnections(2), server.port())) {
            OpenLoop.Outcome outcome = OpenLoop.run(connections, 100, Duration.ofMillis(100));
            assertThat(outcome.unanswered()).isEqualTo(10);
            assertThat(outcome.latencies().getTotalCount()).isEqualTo(10);
            assertThat(outcome.latencies().getMinValue()).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(1900));
        }
    }

    @Test
    void closedLoop_countsRepliesAndRunsAgain() throws Exception {
        try (LoadGenerator generator = new LoadGenerator();
                StallingServer server = new StallingServer(NEVER, Duration.ZERO);
                LoadConnections connections = LoadConnections.open(generator, ECHO.withConnections(5), server.port())) {
            for (int i = 0; i < 2; i++) {
                ClosedLoop.Outcome outcome = ClosedLoop.run(connections, 1, Duration.ofMillis(50));
                assertThat(outcome.operations()).isGreaterThanOrEqualTo(5);
                assertThat(outcome.nanos()).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }
    }

    @Test
    void churn_opensOneConnectionForEachOperation() throws Exception {
        try (LoadGenerator generator = new LoadGenerator();
                StallingServer server = new StallingServer(NEVER, Duration.ZERO)) {
            ClosedLoop.Outcome outcome =
                    Churn.run(generator, ECHO.withConnections(3), server.port(), Duration.ofMillis(50));
            assertThat(outcome.operations()).isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void aServerThatCloses_failsTheRun() throws Exception {
        try (LoadGenerator generator = new LoadGenerator();
                ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                LoadConnections connections =
                        LoadConnections.open(generator, ECHO.withConnections(1), listening.getLocalPort())) {
            listening.accept().close();
            assertThatThrownBy(() -> ClosedLoop.run(connections, 1, Duration.ofSeconds(30)))
                    .isInstanceOf(IOException.class)
                    .hasMessageMatching("the server closed a connection|.*[Rr]eset.*|.*Broken pipe.*");
        }
    }

    @Test
    void aServerOfAnotherProtocol_hasNoFigure() throws Exception {
        Workload requests = Workload.named("request-reply").withConnections(2);
        try (LoadGenerator generator = new LoadGenerator();
                StallingServer echo = new StallingServer(NEVER, Duration.ZERO);
                LoadConnections connections = LoadConnections.open(generator, requests, echo.port())) {
            assertThatThrownBy(() -> ClosedLoop.run(connections, 1, Duration.ofSeconds(30)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the first reply differs from the expected one");
            assertThatThrownBy(() -> Churn.run(generator, requests, echo.port(), Duration.ofSeconds(30)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the first reply differs from the expected one");
        }
    }

    @Test
    void aServerWithoutTls_failsTheHandshake() throws Exception {
        Workload underTls = Workload.named("tls-echo").withConnections(2);
        try (LoadGenerator generator = new LoadGenerator();
                StallingServer echo = new StallingServer(NEVER, Duration.ZERO)) {
            assertThatThrownBy(() -> LoadConnections.open(generator, underTls, echo.port()))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("TLS handshake: ");
        }
    }

    @Test
    void aServerThatDoesNotListen_isAnIoException() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        try (LoadGenerator generator = new LoadGenerator()) {
            assertThatThrownBy(() -> LoadConnections.open(generator, ECHO, port))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("connect: ");
        }
    }
}
