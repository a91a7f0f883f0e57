package dev.nettystreams.demos.tour;

import static dev.nettystreams.Await.await;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import java.nio.ByteBuffer;

/** A peer that has ended its output still gets all of a large answer. */
final class HalfClose implements Stop {
    private static final int CHUNK_BYTES = 65536;
    private static final int CHUNKS = 128;

    @Override
    public String title() {
        return "half-close: a large reply after the peer's end of output";
    }

    @Override
    public void show(Guide guide) throws Exception {
        try (var server = guide.get(guide.streams.startServer(HalfClose::answerAtTheEnd, "127.0.0.1", 0));
                StreamConnection client = guide.get(guide.streams.openConnection("127.0.0.1", server.port()))) {
            client.writer().write(new byte[1000]);
            client.writer().writeEof();
            ByteBuffer buffer = ByteBuffer.allocate(CHUNK_BYTES);
            long received = 0;
            for (int byteCount; (byteCount = guide.get(client.reader().readInto(buffer))) >= 0; buffer.clear()) {
                received += byteCount;
            }
            guide.expect(received, (long) CHUNKS * CHUNK_BYTES, "the length of the answer");
            guide.say("sent 1000 bytes and EOF, received " + received + " bytes after that");
        }
    }

    private static void answerAtTheEnd(StreamReader reader, StreamWriter writer) throws Exception {
        byte[] question = await(reader.readAll(CHUNK_BYTES));
        if (question.length == 1000) {
            for (int i = 0; i < CHUNKS; i++) {
                writer.write(new byte[CHUNK_BYTES]);
                await(writer.drain());
            }
        }
    }
}
