package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.ECHO;
import static dev.nettystreams.netty.support.Wire.get;

import dev.nettystreams.StreamConnection;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The process of {@link DescriptorTest}: serves the listening sockets that it has inherited. */
final class InheritedSockets {
    private InheritedSockets() {}

    /**
     * Prints a line for each socket that it has served.
     *
     * @param arguments the backend
     */
    public static void main(String[] arguments) throws Exception {
        try (NettyStreams streams = NettyStreams.create(IoBackend.parse(arguments[0]), 1)) {
            List<StreamServer> servers = new ArrayList<>();
            for (int descriptor : NettyStreams.inheritedDescriptors()) {
                boolean wasNonBlocking = BlockingMode.isNonBlocking(descriptor);
                servers.add(get(streams.startServerOnDescriptor(ECHO, descriptor)));
                System.out.println(
                        "non-blocking: " + wasNonBlocking + ", then " + BlockingMode.isNonBlocking(descriptor));
            }
            for (StreamServer server : servers) {
                SocketAddress address = server.addresses().get(0);
                for (int i = 0; i < 2; i++) {
                    try (StreamConnection client = get(
                            address instanceof InetSocketAddress inet
                                    ? streams.openConnection(inet.getAddress().getHostAddress(), inet.getPort())
                                    : streams.openUnixConnection(address.toString()))) {
                        client.writer().write(new byte[] {42});
                        if (get(client.reader().read(1))[0] != 42) {
                            throw new AssertionError("no echo");
                        }
                    }
                }
                get(server.shutdown(Duration.ofSeconds(20)));
                System.out.println("served " + address);
            }
        }
    }
}
