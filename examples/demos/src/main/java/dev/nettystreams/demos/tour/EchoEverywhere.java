package dev.nettystreams.demos.tour;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.netty.IoBackend;
import dev.nettystreams.netty.NettyStreams;
import java.util.Locale;

/** The same echo over TCP and a Unix socket, with every I/O backend of this machine. */
final class EchoEverywhere implements Stop {
    @Override
    public String title() {
        return "echo over TCP and a Unix socket, on each backend";
    }

    @Override
    public void show(Guide guide) throws Exception {
        for (IoBackend backend : IoBackend.values()) {
            String name = backend.name().toLowerCase(Locale.ROOT);
            if (backend.isAvailable()) {
                show(guide, backend, name);
            } else {
                guide.say(name + ": not on this machine");
            }
        }
    }

    private static void show(Guide guide, IoBackend backend, String name) throws Exception {
        String path = guide.socketPath(name);
        try (NettyStreams streams = NettyStreams.create(backend, 1);
                var tcp = guide.get(streams.startServer(EchoEverywhere::echo, "127.0.0.1", 0));
                var unix = guide.get(streams.startUnixServer(EchoEverywhere::echo, path))) {
            String overTcp = ask(guide, guide.get(streams.openConnection("127.0.0.1", tcp.port())), "over TCP");
            String overUnix = ask(guide, guide.get(streams.openUnixConnection(path)), "over a Unix socket");
            guide.say(name + ": " + overTcp + ", " + overUnix);
            guide.expect(unix.isServing(), "the server goes on");
        }
    }

    private static String ask(Guide guide, StreamConnection connection, String question) throws Exception {
        try (connection) {
            connection.writer().write((question + "\n").getBytes(UTF_8));
            String answer = new String(guide.get(connection.reader().readLine()), UTF_8).strip();
            guide.expect(answer, question, "the echo");
            return answer;
        }
    }

    private static void echo(StreamReader reader, StreamWriter writer) throws Exception {
        for (byte[] line : reader.lines()) {
            writer.write(line);
            await(writer.drain());
        }
    }
}
