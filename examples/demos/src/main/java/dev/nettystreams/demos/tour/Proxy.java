package dev.nettystreams.demos.tour;

import static dev.nettystreams.Await.await;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32;

/** Two relays back to back: a proxy that passes on half-close and backpressure. */
final class Proxy implements Stop {
    private static final int CHUNK_BYTES = 65536;
    private static final int CHUNKS = 256;

    @Override
    public String title() {
        return "a proxy: relayTo in both directions";
    }

    @Override
    public void show(Guide guide) throws Exception {
        ConnectionHandler echo = (reader, writer) -> await(reader.relayTo(writer));
        try (var upstream = guide.get(guide.streams.startServer(echo, "127.0.0.1", 0));
                var proxy = guide.get(guide.streams.startServer(proxyTo(guide, upstream.port()), "127.0.0.1", 0));
                StreamConnection client = guide.get(guide.streams.openConnection("127.0.0.1", proxy.port()))) {
            CompletableFuture<Long> sum = CompletableFuture.supplyAsync(() -> checksum(client.reader()));
            CRC32 expected = new CRC32();
            byte[] chunk = new byte[CHUNK_BYTES];
            for (int i = 0; i < CHUNKS; i++) {
                java.util.Arrays.fill(chunk, (byte) i);
                expected.update(chunk);
                client.writer().write(chunk);
                guide.get(client.writer().drain());
            }
            client.writer().writeEof();
            guide.expect(guide.get(sum), expected.getValue(), "the checksum of what came back");
            guide.say(((CHUNKS * CHUNK_BYTES) >> 20) + " MiB and the end of output went there and back");
        }
    }

    private static ConnectionHandler proxyTo(Guide guide, int port) {
        return (reader, writer) -> {
            try (StreamConnection upstream = await(guide.streams.openConnection("127.0.0.1", port))) {
                CompletableFuture<Long> there = reader.relayTo(upstream.writer());
                CompletableFuture<Long> back = upstream.reader().relayTo(writer);
                await(there);
                await(back);
            }
        };
    }

    private static long checksum(StreamReader reader) {
        CRC32 sum = new CRC32();
        try {
            byte[] bytes = await(reader.read(CHUNK_BYTES));
            while (bytes.length > 0) {
                sum.update(bytes);
                bytes = await(reader.read(CHUNK_BYTES));
            }
        } catch (Exception e) {
            throw new java.util.concurrent.CompletionException(e);
        }
        return sum.getValue();
    }
}
