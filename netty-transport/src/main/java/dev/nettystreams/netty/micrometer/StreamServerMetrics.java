package dev.nettystreams.netty.micrometer;

import dev.nettystreams.netty.ServerMetrics;
import dev.nettystreams.netty.StreamServer;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * The {@linkplain ServerMetrics counts} of a server as Micrometer's meters. They are read when the registry publishes;
 * the server does no work for them.
 *
 * <pre>
 *   meter                                | type    | base unit
 *   -------------------------------------+---------+------------
 *   nettystreams.connections.open        | gauge   | connections
 *   nettystreams.connections.accepted    | counter | connections
 *   nettystreams.connections.refused     | counter | connections
 *   nettystreams.connections.failed      | counter | connections
 *   nettystreams.accepts.failed          | counter |
 *   nettystreams.bytes.read              | counter | bytes
 *   nettystreams.bytes.written           | counter | bytes
 *   nettystreams.reads.paused            | counter |
 *   nettystreams.drains.waited           | counter |
 *   nettystreams.handshakes              | counter |
 *   nettystreams.handshakes.failed       | counter |
 * </pre>
 *
 * <p>Each meter has the tag {@code address}, the address that the server listens on, such as {@code 127.0.0.1:8888}. A
 * server on a port that the system chooses has another address after each start; give such a server an
 * {@code address} tag of your own. Two servers need different tags in one registry.
 *
 * <p>A registry holds the counts weakly. {@link #close} removes the meters of a server that has ended.
 *
 * <p>Any thread may call any method.
 */
public final class StreamServerMetrics implements MeterBinder, AutoCloseable {
    private static final String CONNECTIONS = "connections";

    private final ServerMetrics metrics;
    private final Tags tags;
    private final Map<MeterRegistry, List<Meter>> bound = new HashMap<>(); // guarded by this

    /**
     * Creates a binder.
     *
     * @param server a server that listens
     */
    public StreamServerMetrics(StreamServer server) {
        this(server, Tags.empty());
    }

    /**
     * Creates a binder with more tags.
     *
     * @param server a server that listens
     * @param tags the tags of all meters; one named {@code address} replaces the server's address
     */
    public StreamServerMetrics(StreamServer server, Iterable<Tag> tags) {
        this.metrics = server.metrics();
        this.tags = Tags.of("address", textOf(server.addresses())).and(tags);
    }

    private static String textOf(List<SocketAddress> addresses) {
        return addresses.stream().map(StreamServerMetrics::textOf).collect(Collectors.joining(","));
    }

    private static String textOf(SocketAddress address) {
        if (!(address instanceof InetSocketAddress inet)) {
            return address.toString();
        }
        InetAddress host = inet.getAddress();
        String literal = host == null ? inet.getHostString() : host.getHostAddress();
        return (host instanceof Inet6Address ? "[" + literal + "]" : literal) + ":" + inet.getPort();
    }

    /**
     * Registers the meters, which stay until {@link #close}. Has no effect if the registry has the meters of this
     * binder already.
     *
     * @throws IllegalStateException if the registry has a meter of the same name and tags, which would show the counts
     *     of another server
     */
    @Override
    public synchronized void bindTo(MeterRegistry registry) {
        if (bound.containsKey(registry)) {
            return;
        }
        Set<Meter> others = Collections.newSetFromMap(new IdentityHashMap<>());
        others.addAll(registry.getMeters());
        List<Meter> meters = new ArrayList<>();
        for (Function<MeterRegistry, Meter> each : registrations()) {
            Meter meter = each.apply(registry);
            if (others.contains(meter)) {
                meters.forEach(registry::remove);
                throw new IllegalStateException("the registry has the meter "
                        + meter.getId().getName()
                        + " with the tags " + described(meter) + ": give each server tags of its own, or close the"
                        + " former binder first");
            }
            meters.add(meter);
        }
        bound.put(registry, meters);
    }

    private static String described(Meter meter) {
        return meter.getId().getTags().stream()
                .map(tag -> tag.getKey() + "=" + tag.getValue())
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private List<Function<MeterRegistry, Meter>> registrations() {
        return List.of(
                Gauge.builder("nettystreams.connections.open", metrics, ServerMetrics::connectionsOpen)
                        .description("Connections that are open")
                        .baseUnit(CONNECTIONS)
                        .tags(tags)::register,
                counter("connections.accepted", ServerMetrics::connectionsAccepted)
                        .description("Connections that the handler was started for")
                        .baseUnit(CONNECTIONS)::register,
                counter("connections.refused", ServerMetrics::connectionsRefused)
                        .description("Connections that were closed without a handler")
                        .baseUnit(CONNECTIONS)::register,
                counter("connections.failed", ServerMetrics::connectionsFailed)
                        .description("Connections whose handler failed, or that were lost")
                        .baseUnit(CONNECTIONS)::register,
                counter("accepts.failed", ServerMetrics::acceptsFailed)
                        .description("Pauses of accepting because the system refused a connection")::register,
                counter("bytes.read", ServerMetrics::bytesRead)
                        .description("Bytes that have arrived, decrypted")
                        .baseUnit(BaseUnits.BYTES)::register,
                counter("bytes.written", ServerMetrics::bytesWritten)
                        .description("Bytes that handlers have written, not yet encrypted")
                        .baseUnit(BaseUnits.BYTES)::register,
                counter("reads.paused", ServerMetrics::readsPaused)
                        .description("Pauses of reading because the handler was slower than the peer")::register,
                counter("drains.waited", ServerMetrics::drainsWaited)
                                .description("Calls of drain that waited because the peer was slower than the handler")
                        ::register,
                counter("handshakes", ServerMetrics::handshakes).description("TLS handshakes that have begun")
                        ::register,
                counter("handshakes.failed", ServerMetrics::handshakesFailed)
                        .description("TLS handshakes that have failed")::register);
    }

    private FunctionCounter.Builder<ServerMetrics> counter(String name, ToDoubleFunction<ServerMetrics> count) {
        return FunctionCounter.builder("nettystreams." + name, metrics, count).tags(tags);
    }

    /** Removes the meters of this binder from every registry that they were bound to. */
    @Override
    public synchronized void close() {
        bound.forEach((registry, meters) -> meters.forEach(registry::remove));
        bound.clear();
    }
}
