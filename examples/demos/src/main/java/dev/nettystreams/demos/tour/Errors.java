package dev.nettystreams.demos.tour;

import dev.nettystreams.demos.OneLine;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;

/** Errors that name the attempted operation and its outcome. */
final class Errors implements Stop {
    @Override
    public String title() {
        return "errors that say who broke what";
    }

    @Override
    public void show(Guide guide) throws Exception {
        showRefusal(guide);
        try (var server = guide.get(guide.streams.startServer((reader, writer) -> {}, "127.0.0.1", 0))) {
            guide.say(OneLine.of(guide.failure(
                    BindException.class,
                    guide.streams.startServer((reader, writer) -> {}, "127.0.0.1", server.port()))));
        }
        try {
            guide.get(guide.streams.openUnixConnection("/" + "long/".repeat(30)));
            guide.expect(false, "a path of 151 bytes is refused");
        } catch (IllegalArgumentException e) {
            guide.say(OneLine.of(e));
        }
    }

    /** Uses a port that is bound but does not listen, so that no other process can listen on it meanwhile. */
    private static void showRefusal(Guide guide) throws Exception {
        try (SocketChannel bound = SocketChannel.open().bind(new InetSocketAddress(0))) {
            int port = bound.socket().getLocalPort();
            ConnectException refused =
                    guide.failure(ConnectException.class, guide.streams.openConnection("localhost", port));
            guide.say(OneLine.of(refused));
            int tried = InetAddress.getAllByName("localhost").length;
            guide.expect(refused.getSuppressed().length, tried, "the number of causes");
            guide.say("with the cause of each of " + tried + (tried == 1 ? " attempt" : " attempts"));
        }
    }
}
