package dev.nettystreams.netty.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;
import dev.nettystreams.netty.support.Wire;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** O4: a server's counts as meters. */
class StreamServerMetricsTest {
    private final NettyStreams streams = NettyStreams.create();
    private final MeterRegistry registry = new SimpleMeterRegistry();

    @AfterEach
    void end() {
        streams.close();
    }

    private double counter(String name) {
        return registry.get("nettystreams." + name).functionCounter().count();
    }

    @Test
    void meters_areTheServersCounts_asTheyAreNow() throws Exception {
        StreamServer server = Wire.get(streams.startServer(Wire.ECHO, "127.0.0.1", 0));
        new StreamServerMetrics(server).bindTo(registry);
        assertThat(counter("connections.accepted")).isZero();
        StreamConnection client = Wire.get(streams.openConnection("127.0.0.1", server.port()));
        client.writer().write(new byte[7]);
        Wire.get(client.reader().readExactly(7));
        assertThat(registry.get("nettystreams.connections.open").gauge().value())
                .isEqualTo(1);
        assertThat(counter("connections.accepted")).isEqualTo(1);
        assertThat(counter("bytes.read")).isEqualTo(7);
        assertThat(counter("bytes.written")).isEqualTo(7);
        for (String name : new String[] {
            "connections.refused",
            "connections.failed",
            "accepts.failed",
            "reads.paused",
            "drains.waited",
            "handshakes",
            "handshakes.failed"
        }) {
            assertThat(counter(name)).as(name).isZero();
        }
        client.close();
        server.close();
        Wire.get(server.waitClosed());
        assertThat(registry.get("nettystreams.connections.open").gauge().value())
                .isZero();
        assertThat(counter("bytes.read")).isEqualTo(7);
    }

    @Test
    void meters_haveTheAddress_unitsAndDescriptions() throws Exception {
        StreamServer server = Wire.get(streams.startServer(Wire.ECHO, "127.0.0.1", 0));
        new StreamServerMetrics(server, Tags.of("name", "echo")).bindTo(registry);
        assertThat(registry.getMeters()).hasSize(11).allSatisfy(meter -> {
            Meter.Id id = meter.getId();
            assertThat(id.getTag("address")).isEqualTo("127.0.0.1:" + server.port());
            assertThat(id.getTag("name")).isEqualTo("echo");
            assertThat(id.getDescription()).isNotBlank();
            assertThat(id.getName()).matches("nettystreams(\\.[a-z]+)+");
            if (id.getName().contains(".bytes.")) {
                assertThat(id.getBaseUnit()).isEqualTo("bytes");
            }
        });
        server.close();
    }

    @Test
    void addressTagOfTheProgram_replacesTheAddress() throws Exception {
        StreamServer server = Wire.get(streams.startServer(Wire.ECHO, "127.0.0.1", 0));
        new StreamServerMetrics(server, Tags.of("address", "echo")).bindTo(registry);
        assertThat(registry.getMeters())
                .allSatisfy(meter -> assertThat(meter.getId().getTag("address")).isEqualTo("echo"));
        server.close();
    }

    @Test
    void close_removesTheMetersOfThisServerAlone() throws Exception {
        StreamServer one = Wire.get(streams.startServer(Wire.ECHO, "127.0.0.1", 0));
        StreamServer other = Wire.get(streams.startServer(Wire.ECHO, "127.0.0.1", 0));
        StreamServerMetrics binder = new StreamServerMetrics(one);
        binder.bindTo(registry);
        new StreamServerMetrics(other).bindTo(registry);
        assertThat(registry.getMeters()).hasSize(22);
        binder.close();
        assertThat(registry.getMeters())
                .hasSize(11)
                .allSatisfy(
                        meter -> assertThat(meter.getId().getTag("address")).isEqualTo("127.0.0.1:" + other.port()));
        one.close();
        other.close();
    }

    /** Micrometer would keep the meters of the first server, and drop those of the second without a word. */
    @Test
    void metersOfAnotherServer_areNeitherSharedNorRemoved() throws Exception {
        StreamServer one = Wire.get(streams.startServer(Wire.ECHO, "127.0.0.1", 0));
        StreamServer other = Wire.get(streams.startServer(Wire.ECHO, "127.0.0.1", 0));
        Tags same = Tags.of("address", "echo");
        new StreamServerMetrics(one, same).bindTo(registry);
        StreamServerMetrics second = new StreamServerMetrics(other, same);
        assertThatIllegalStateException()
                .isThrownBy(() -> second.bindTo(registry))
                .withMessage("the registry has the meter nettystreams.connections.open with the tags [address=echo]:"
                        + " give each server tags of its own, or close the former binder first");
        second.close();
        assertThat(registry.getMeters()).hasSize(11);
        one.close();
        other.close();
    }

    @Test
    void registryThatIsBoundTwice_isBoundOnce() throws Exception {
        StreamServer server = Wire.get(streams.startServer(Wire.ECHO, "127.0.0.1", 0));
        StreamServerMetrics binder = new StreamServerMetrics(server);
        binder.bindTo(registry);
        binder.bindTo(registry);
        assertThat(registry.getMeters()).hasSize(11);
        binder.close();
        assertThat(registry.getMeters()).isEmpty();
        binder.bindTo(registry);
        assertThat(registry.getMeters()).hasSize(11);
        server.close();
    }

    @Test
    void metersThatAFilterDenies_areNoConflict() throws Exception {
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("nettystreams.drains"));
        StreamServer server = Wire.get(streams.startServer(Wire.ECHO, "127.0.0.1", 0));
        StreamServerMetrics binder = new StreamServerMetrics(server);
        binder.bindTo(registry);
        assertThat(registry.getMeters()).hasSize(10);
        binder.close();
        assertThat(registry.getMeters()).isEmpty();
        server.close();
    }
}
