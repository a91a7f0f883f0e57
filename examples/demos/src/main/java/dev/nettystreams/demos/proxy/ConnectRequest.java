package dev.nettystreams.demos.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.nettystreams.LimitOverrunException;
import dev.nettystreams.LineEnding;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.demos.OneLine;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** HTTP's CONNECT (RFC 9110, section 9.3.6): a request line with the destination, and fields that are ignored. */
final class ConnectRequest implements ClientRequest {
    private static final int MOST_BYTES = 32768;
    private static final Pattern LINE = Pattern.compile("CONNECT ([!-~]+) HTTP/1\\.[01]");
    private static final Pattern OTHER_METHOD = Pattern.compile("[A-Z]+ [!-~]+ HTTP/1\\.[01]");

    private String firstCharacter;
    private @Nullable Destination destination;
    private int byteCount;

    /** @param first the first byte of the request line, which has been read to tell the protocol */
    ConnectRequest(byte first) {
        firstCharacter = new String(new byte[] {first}, ISO_8859_1);
    }

    @Override
    public CompletableFuture<byte[]> read(StreamReader reader) {
        return reader.readLine(LineEnding.CRLF, MOST_BYTES - byteCount);
    }

    @Override
    public Step accept(byte[] bytes, StreamWriter writer) {
        byteCount += bytes.length;
        String line = firstCharacter + new String(bytes, ISO_8859_1).strip();
        firstCharacter = "";
        if (destination == null) {
            return acceptRequestLine(line, writer);
        }
        return line.isEmpty() ? Step.CONNECT : Step.READ_ON;
    }

    private Step acceptRequestLine(String line, StreamWriter writer) {
        Matcher connect = LINE.matcher(line);
        if (!connect.matches()) {
            writer.write(
                    OTHER_METHOD.matcher(line).matches()
                            ? response("405 Method Not Allowed", "this proxy takes CONNECT, as for https")
                            : response("400 Bad Request", "malformed request line"));
            return Step.END;
        }
        destination = Destination.Tcp.parse(connect.group(1));
        if (destination == null) {
            writer.write(response("400 Bad Request", "the target is not HOST:PORT"));
            return Step.END;
        }
        return Step.READ_ON;
    }

    @Override
    public Destination destination() {
        return Objects.requireNonNull(destination);
    }

    @Override
    public byte[] granted(@Nullable SocketAddress localAddress) {
        return "HTTP/1.1 200 Connection established\r\n\r\n".getBytes(US_ASCII);
    }

    @Override
    public byte[] refused(Throwable failure) {
        if (failure instanceof CompletionException && failure.getCause() != null) {
            return refused(failure.getCause());
        }
        if (failure instanceof LimitOverrunException) {
            return response("431 Request Header Fields Too Large", "more than " + MOST_BYTES + " bytes");
        }
        return failure instanceof SocketTimeoutException
                ? response("504 Gateway Timeout", OneLine.of(failure))
                : response("502 Bad Gateway", OneLine.of(failure));
    }

    private static byte[] response(String status, String reason) {
        byte[] body = (reason + "\n").getBytes(US_ASCII);
        return ("HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: "
                        + body.length + "\r\n\r\n" + reason + "\n")
                .getBytes(US_ASCII);
    }
}
