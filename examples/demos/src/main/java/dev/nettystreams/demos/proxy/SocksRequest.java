package dev.nettystreams.demos.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * SOCKS version 5 (RFC 1928), without authentication: CONNECT to an IPv4 or IPv6 address, or to a name that the proxy
 * looks up.
 *
 * <pre>
 *   METHOD_COUNT --> METHODS --> COMMAND --IPv4, IPv6------> ADDRESS --> connect
 *                                   \--name--> NAME_LENGTH --/
 * </pre>
 */
final class SocksRequest implements ClientRequest {
    /** The first byte of each client's message. */
    static final byte VERSION = 5;

    private static final byte NO_AUTHENTICATION = 0;
    private static final byte NO_ACCEPTABLE_METHOD = (byte) 0xff;
    private static final byte CONNECT = 1;
    private static final byte IPV4 = 1;
    private static final byte NAME = 3;
    private static final byte IPV6 = 4;
    private static final int PORT_BYTES = 2;

    /** RFC 1928, section 6. */
    private enum Reply {
        SUCCEEDED(0),
        GENERAL_FAILURE(1),
        HOST_UNREACHABLE(4),
        CONNECTION_REFUSED(5),
        TTL_EXPIRED(6),
        COMMAND_NOT_SUPPORTED(7),
        ADDRESS_TYPE_NOT_SUPPORTED(8);

        private final byte code;

        Reply(int code) {
            this.code = (byte) code;
        }
    }

    private enum Part {
        METHOD_COUNT,
        METHODS,
        COMMAND,
        NAME_LENGTH,
        ADDRESS
    }

    private Part part = Part.METHOD_COUNT;
    private int byteCount = 1; // of the part
    private boolean isName;
    private @Nullable Destination destination;

    @Override
    public CompletableFuture<byte[]> read(StreamReader reader) {
        return reader.readExactly(byteCount);
    }

    @Override
    public Step accept(byte[] bytes, StreamWriter writer) {
        return switch (part) {
            case METHOD_COUNT -> next(Part.METHODS, bytes[0] & 0xff);
            case METHODS -> acceptMethods(bytes, writer);
            case COMMAND -> acceptCommand(bytes, writer);
            case NAME_LENGTH -> next(Part.ADDRESS, (bytes[0] & 0xff) + PORT_BYTES);
            case ADDRESS -> acceptAddress(bytes, writer);
        };
    }

    private Step next(Part following, int followingByteCount) {
        part = following;
        byteCount = followingByteCount;
        return Step.READ_ON;
    }

    private Step acceptMethods(byte[] methods, StreamWriter writer) {
        for (byte method : methods) {
            if (method == NO_AUTHENTICATION) {
                writer.write(new byte[] {VERSION, NO_AUTHENTICATION});
                return next(Part.COMMAND, 4);
            }
        }
        writer.write(new byte[] {VERSION, NO_ACCEPTABLE_METHOD});
        return Step.END;
    }

    /** The version, the command, a reserved byte, and the type of the address. */
    private Step acceptCommand(byte[] command, StreamWriter writer) {
        if (command[0] != VERSION) {
            return refuse(Reply.GENERAL_FAILURE, writer);
        }
        if (command[1] != CONNECT) {
            return refuse(Reply.COMMAND_NOT_SUPPORTED, writer);
        }
        isName = command[3] == NAME;
        return switch (command[3]) {
            case IPV4 -> next(Part.ADDRESS, 4 + PORT_BYTES);
            case IPV6 -> next(Part.ADDRESS, 16 + PORT_BYTES);
            case NAME -> next(Part.NAME_LENGTH, 1);
            default -> refuse(Reply.ADDRESS_TYPE_NOT_SUPPORTED, writer);
        };
    }

    private Step acceptAddress(byte[] bytes, StreamWriter writer) {
        byte[] host = Arrays.copyOf(bytes, bytes.length - PORT_BYTES);
        int port = ByteBuffer.wrap(bytes).getShort(host.length) & 0xffff;
        if (port == 0 || host.length == 0) {
            return refuse(Reply.GENERAL_FAILURE, writer);
        }
        try {
            String name = isName
                    ? new String(host, US_ASCII)
                    : InetAddress.getByAddress(host).getHostAddress();
            destination = new Destination.Tcp(name, port);
            return Step.CONNECT;
        } catch (UnknownHostException wrongLength) {
            throw new IllegalStateException(wrongLength);
        }
    }

    private static Step refuse(Reply reason, StreamWriter writer) {
        writer.write(reply(reason, null));
        return Step.END;
    }

    @Override
    public Destination destination() {
        return Objects.requireNonNull(destination);
    }

    @Override
    public byte[] granted(@Nullable SocketAddress localAddress) {
        return reply(Reply.SUCCEEDED, localAddress);
    }

    @Override
    public byte[] refused(Throwable failure) {
        return reply(replyFor(failure), null);
    }

    private static Reply replyFor(Throwable failure) {
        if (failure instanceof CompletionException && failure.getCause() != null) {
            return replyFor(failure.getCause());
        }
        if (failure instanceof UnknownHostException || failure instanceof NoRouteToHostException) {
            return Reply.HOST_UNREACHABLE;
        }
        if (failure instanceof SocketTimeoutException) {
            return Reply.TTL_EXPIRED;
        }
        return failure instanceof ConnectException ? Reply.CONNECTION_REFUSED : Reply.GENERAL_FAILURE;
    }

    private static byte[] reply(Reply reply, @Nullable SocketAddress bound) {
        byte[] address = {0, 0, 0, 0};
        int port = 0;
        if (bound instanceof InetSocketAddress tcp && tcp.getAddress() != null) {
            address = tcp.getAddress().getAddress();
            port = tcp.getPort();
        }
        return ByteBuffer.allocate(4 + address.length + PORT_BYTES)
                .put(new byte[] {VERSION, reply.code, 0, address.length == 4 ? IPV4 : IPV6})
                .put(address)
                .putShort((short) port)
                .array();
    }
}
