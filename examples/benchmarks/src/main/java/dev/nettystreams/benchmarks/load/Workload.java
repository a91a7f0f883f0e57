package dev.nettystreams.benchmarks.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.nettystreams.benchmarks.servers.Mode;
import dev.nettystreams.benchmarks.servers.Protocol;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The load of one comparison.
 *
 * @param name the name on the command line and in reports
 * @param description the same for people
 * @param mode the protocol of the server
 * @param isTls whether the connections are under TLS 1.3
 * @param kind the quantity that is compared
 * @param connectionCount the number of connections
 * @param depth the number of requests under way on each
 * @param exchange the request and its reply
 * @param bytesPerOperation the bytes that count for bulk; 0 if operations are counted
 * @param hasLatency whether an open loop measures it, too
 * @param loops the number of event loops of the server
 */
public record Workload(
        String name,
        String description,
        Mode mode,
        boolean isTls,
        Kind kind,
        int connectionCount,
        int depth,
        Exchange exchange,
        int bytesPerOperation,
        boolean hasLatency,
        int loops) {

    private static final int MIB = 1 << 20;
    private static final int BLOCKS_UNDER_WAY = 4;

    /** The quantity that a workload compares. */
    public enum Kind {
        /** Operations or bytes in a second. */
        RATE,
        /** Connections in a second: each is opened, has one exchange, and is closed. */
        CHURN,
        /** Memory for each idle connection. */
        IDLE
    }

    private static final Exchange PING = Exchange.fixed("*1\r\n$4\r\nPING\r\n".getBytes(US_ASCII), Protocol.PONG);

    private static final Exchange FULL_SINK =
            Exchange.fixed(new byte[Protocol.SINK_BYTES], new byte[] {Protocol.SINK_REPLY});

    private static List<Workload> plain() {
        return List.of(
                of("request-reply", "request of three reads and its reply", Mode.PING, Kind.RATE, 50, 1, PING, 0, true),
                of("pipelined", "the same requests, 16 at a time", Mode.PING, Kind.RATE, 50, 16, PING, 0, false),
                of("echo", "echo of 64 B", Mode.ECHO, Kind.RATE, 64, 1, echo(64), 0, true),
                of(
                        "echo-bulk",
                        "echo of 64 KiB",
                        Mode.ECHO,
                        Kind.RATE,
                        16,
                        BLOCKS_UNDER_WAY,
                        echo(Protocol.BLOCK_BYTES),
                        Protocol.BLOCK_BYTES,
                        false),
                of("sink", "data to the server", Mode.SINK, Kind.RATE, 16, 2, FULL_SINK, Protocol.SINK_BYTES, false),
                of(
                        "source",
                        "data from the server",
                        Mode.SOURCE,
                        Kind.RATE,
                        16,
                        2,
                        Exchange.fixed((MIB + "\n").getBytes(US_ASCII), new byte[MIB]),
                        MIB,
                        false),
                of(
                        "relay",
                        "data through the server",
                        Mode.RELAY,
                        Kind.RATE,
                        16,
                        2,
                        FULL_SINK,
                        Protocol.SINK_BYTES,
                        false),
                of(
                        "http-small",
                        "HTTP GET of 128 B",
                        Mode.HTTP,
                        Kind.RATE,
                        50,
                        1,
                        Exchange.http(get("small"), 128),
                        0,
                        true),
                of(
                        "http-large",
                        "HTTP GET of 64 KiB",
                        Mode.HTTP,
                        Kind.RATE,
                        16,
                        1,
                        Exchange.http(get("large"), Protocol.BLOCK_BYTES),
                        Protocol.BLOCK_BYTES,
                        false),
                of("churn", "connect, one request, close", Mode.PING, Kind.CHURN, 8, 1, PING, 0, false),
                of("idle", "memory of idle connections", Mode.PING, Kind.IDLE, 2000, 1, PING, 0, false));
    }

    private static Workload of(
            String name,
            String description,
            Mode mode,
            Kind kind,
            int connectionCount,
            int depth,
            Exchange exchange,
            int bytesPerOperation,
            boolean hasLatency) {
        return new Workload(
                name,
                description,
                mode,
                false,
                kind,
                connectionCount,
                depth,
                exchange,
                bytesPerOperation,
                hasLatency,
                1);
    }

    /**
     * Returns an echo of messages, one under way on each connection.
     *
     * @param name the name in reports
     * @param byteCount the size of a message
     * @param connectionCount the number of connections
     * @param loops the number of event loops of the server
     * @return a workload whose rate is in messages
     */
    public static Workload echo(String name, int byteCount, int connectionCount, int loops) {
        return new Workload(
                name, "echo", Mode.ECHO, false, Kind.RATE, connectionCount, 1, echo(byteCount), 0, false, loops);
    }

    private static Exchange echo(int byteCount) {
        return Exchange.fixed(new byte[byteCount], new byte[byteCount]);
    }

    private static byte[] get(String path) {
        return ("GET /" + path + " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: benchmarks\r\nAccept: */*\r\n\r\n")
                .getBytes(US_ASCII);
    }

    /**
     * Returns all workloads: each in plaintext, then each under TLS, with the prefix {@code tls-}.
     *
     * @return each with a name of its own
     */
    public static List<Workload> all() {
        List<Workload> all = new ArrayList<>(plain());
        plain().forEach(workload -> all.add(workload.underTls()));
        return List.copyOf(all);
    }

    /**
     * Finds a workload by its name.
     *
     * @param name the name
     * @return null if there is none
     */
    public static @Nullable Workload named(String name) {
        return all().stream()
                .filter(workload -> workload.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    private Workload underTls() {
        return new Workload(
                "tls-" + name,
                description + ", TLS",
                mode,
                true,
                kind,
                connectionCount,
                depth,
                exchange,
                bytesPerOperation,
                hasLatency,
                loops);
    }

    /**
     * Returns the same load over another number of connections.
     *
     * @param count the number of connections
     * @return a copy
     */
    public Workload withConnections(int count) {
        return new Workload(
                name, description, mode, isTls, kind, count, depth, exchange, bytesPerOperation, hasLatency, loops);
    }

    /**
     * Returns the unit of its rate.
     *
     * @return the unit in print
     */
    public String unit() {
        return switch (kind) {
            case CHURN -> "conn/s";
            case IDLE -> "KiB/conn";
            case RATE -> bytesPerOperation > 0 ? "MiB/s" : "req/s";
        };
    }

    /**
     * Returns a rate in its unit.
     *
     * @param operations the number of operations
     * @param nanos the time that they took
     * @return operations or MiB in a second
     */
    public double rate(long operations, long nanos) {
        double perSecond = operations * 1e9 / nanos;
        return bytesPerOperation > 0 ? perSecond * bytesPerOperation / MIB : perSecond;
    }
}
