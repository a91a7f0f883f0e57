package dev.nettystreams.netty.support;

import dev.nettystreams.netty.IoBackend;
import dev.nettystreams.netty.NettyStreams;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The streams of each backend for the tests of one class: made when a test first asks for them, and closed when the
 * last test has ended. Registered as a static field, it closes them before {@link NoLeaks} looks.
 */
public final class StreamsPerBackend implements AfterAllCallback {
    private final Function<IoBackend, NettyStreams> maker;
    private final Map<IoBackend, NettyStreams> made = new EnumMap<>(IoBackend.class);

    public StreamsPerBackend(Function<IoBackend, NettyStreams> maker) {
        this.maker = maker;
    }

    public NettyStreams over(IoBackend backend) {
        return made.computeIfAbsent(backend, maker);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        made.values().forEach(NettyStreams::close);
        made.clear();
    }
}
