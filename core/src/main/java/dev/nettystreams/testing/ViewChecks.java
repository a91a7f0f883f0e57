package dev.nettystreams.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.MalformedTextException;
import dev.nettystreams.TextReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteOrder;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Checks of the views of the streams: text, numbers, and the streams of {@code java.io}. */
final class ViewChecks {
    private static final String TEXT = "a\u00e9\u20ac\ud83d\ude00";

    private ViewChecks() {}

    /** Lines and characters survive any split of the bytes into chunks. */
    static void text(CheckedPair pair) throws Exception {
        TextReader text = pair.nearReader.text(UTF_8);
        pair.farWriter.write(TEXT + "\n" + TEXT + "\r\n\n" + TEXT, UTF_8);
        pair.far.close();
        Expect.equal(TEXT, line(text), "a line");
        StringBuilder second = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            second.append(Expect.value(text.read(1)));
        }
        Expect.equal(TEXT, second.toString(), "four characters");
        Expect.equal("", line(text), "the rest of the line");
        Expect.equal("", line(text), "an empty line");
        Expect.equal(TEXT, line(text), "the last line");
        Expect.equal("EOF", line(text), "null at EOF");
    }

    private static String line(TextReader text) throws InterruptedException {
        String line = Expect.<@Nullable String>value(text.readLine());
        return line == null ? "EOF" : line;
    }

    /** Malformed text is an error, and its bytes stay. */
    static void malformedText(CheckedPair pair) throws Exception {
        byte[] malformed = {'a', (byte) 0xff, '\n'};
        pair.farWriter.write(malformed);
        TextReader text = pair.nearReader.text(UTF_8);
        Expect.equal(
                1, Expect.failure(MalformedTextException.class, text.readLine()).offset(), "offset");
        Expect.bytes(malformed, Expect.value(pair.nearReader.readLine()));
    }

    static void numbers(CheckedPair pair) throws Exception {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
            pair.farWriter
                    .numbers(order)
                    .writeShort(0xfffe)
                    .writeInt(-3)
                    .writeLong(1L << 40)
                    .writeDouble(0.1);
            Expect.equal(0xfffe, Expect.value(pair.nearReader.numbers(order).readUnsignedShort()), "unsigned short");
            Expect.equal(-3, Expect.value(pair.nearReader.numbers(order).readInt()), "int");
            Expect.equal(1L << 40, Expect.value(pair.nearReader.numbers(order).readLong()), "long");
            Expect.equal(0.1, Expect.value(pair.nearReader.numbers(order).readDouble()), "double");
        }
    }

    /** More bytes than the connection holds go through the streams of {@code java.io}, between two threads. */
    static void javaStreams(CheckedPair pair) throws Exception {
        byte[] sent = Payload.random(pair.bulkByteCount, 21);
        CompletableFuture<byte[]> received = new CompletableFuture<>();
        SimultaneousThreads.run(2, number -> {
            if (number == 0) {
                OutputStream out = pair.farWriter.asOutputStream();
                new DataOutputStream(out).writeInt(sent.length);
                out.write(sent);
                out.flush();
            } else {
                InputStream in = pair.nearReader.asInputStream();
                received.complete(in.readNBytes(new DataInputStream(in).readInt()));
            }
        });
        Expect.bytes(sent, Expect.value(received));
    }
}
