package dev.nettystreams.tls;

import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.BareLineEndingException;
import dev.nettystreams.LineEnding;
import dev.nettystreams.StreamReader;
import dev.nettystreams.TlsSession;
import dev.nettystreams.netty.support.NoLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * ST-13: only the ending that the reader was told ends a line or a message, however the records cut it. Every text of
 * line endings and dots is read piece by piece, and compared with a search in the whole text.
 */
@ExtendWith(NoLeaks.class)
class SmugglingTest {
    private static final int LONGEST_TEXT = 4;
    private static final String END_OF_MAIL = "\r\n.\r\n";

    /** Follows every text, so that every way of reading reaches the same end. */
    private static final String TAIL = "\r\n" + END_OF_MAIL;

    private enum Reading {
        LINES {
            @Override
            CompletableFuture<byte[]> begin(StreamReader reader) {
                return reader.readLine();
            }

            @Override
            int next(String text) {
                return text.indexOf('\n') + 1;
            }
        },
        STRICT_LINES {
            @Override
            CompletableFuture<byte[]> begin(StreamReader reader) {
                return reader.readLine(LineEnding.CRLF);
            }

            @Override
            int next(String text) {
                int at = 0;
                while (text.charAt(at) != '\r' && text.charAt(at) != '\n') {
                    at++;
                }
                return text.startsWith("\r\n", at) ? at + 2 : -(at + 1);
            }
        },
        UNTIL_CRLF {
            @Override
            CompletableFuture<byte[]> begin(StreamReader reader) {
                return reader.readUntil("\r\n".getBytes(US_ASCII));
            }

            @Override
            int next(String text) {
                return text.indexOf("\r\n") + 2;
            }
        },
        UNTIL_THE_END_OF_A_MAIL {
            @Override
            CompletableFuture<byte[]> begin(StreamReader reader) {
                return reader.readUntil(END_OF_MAIL.getBytes(US_ASCII));
            }

            @Override
            int next(String text) {
                return text.indexOf(END_OF_MAIL) + END_OF_MAIL.length();
            }
        };

        abstract CompletableFuture<byte[]> begin(StreamReader reader);

        /** Returns the length of the next piece; negative if it is refused for its ending. */
        abstract int next(String text);
    }

    /** Returns all texts of carriage returns, line feeds and dots up to a length. */
    private static List<String> texts() {
        List<String> texts = new ArrayList<>(List.of(""));
        for (int from = 0, length = 0; length < LONGEST_TEXT; length++) {
            int to = texts.size();
            for (; from < to; from++) {
                for (String next : new String[] {"\r", "\n", "."}) {
                    texts.add(texts.get(from) + next);
                }
            }
        }
        return texts;
    }

    /** Whole, in two pieces cut anywhere, and one character at a time. */
    private static List<List<String>> cuts(String text) {
        List<List<String>> cuts = new ArrayList<>();
        for (int at = 1; at <= text.length(); at++) {
            cuts.add(List.of(text.substring(0, at), text.substring(at)));
        }
        cuts.add(List.of(text.split("")));
        return cuts;
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#perEngine")
    void endings_areWhatTheReaderWasTold(TlsWire wire) throws Exception {
        try (EndByHand end = new EndByHand()) {
            TlsPeer peer = TlsPeer.client(TlsPeer.VERSIONS);
            CompletableFuture<TlsSession> upgrade = end.connection.writer().startTls(wire.server());
            while (!upgrade.isDone()) {
                end.receive(peer.flight());
                peer.hear(end.sent());
            }
            get(upgrade);
            for (String text : texts()) {
                for (List<String> pieces : cuts(text + TAIL)) {
                    for (Reading reading : Reading.values()) {
                        assertThat(heard(end, peer, reading, pieces))
                                .as("%s of %s", reading, pieces)
                                .isEqualTo(found(reading, text + TAIL));
                    }
                }
            }
        }
    }

    private static List<Integer> found(Reading reading, String text) {
        List<Integer> found = new ArrayList<>();
        for (int at = 0; at < text.length(); at += Math.abs(found.get(found.size() - 1))) {
            found.add(reading.next(text.substring(at)));
        }
        return found;
    }

    /** Returns the pieces as {@link #found} does, but from the reader. */
    private static List<Integer> heard(EndByHand end, TlsPeer peer, Reading reading, List<String> pieces)
            throws Exception {
        StreamReader reader = end.connection.reader();
        String text = String.join("", pieces);
        List<Integer> heard = new ArrayList<>();
        CompletableFuture<byte[]> read = reading.begin(reader);
        int at = 0;
        for (String piece : pieces) {
            end.receive(peer.record(piece.getBytes(US_ASCII)));
            while (at < text.length() && read.isDone()) {
                if (read.isCompletedExceptionally()) {
                    Throwable refusal = failureOf(read);
                    assertThat(refusal).isInstanceOf(BareLineEndingException.class);
                    int count = ((BareLineEndingException) refusal).position() + 1;
                    assertThat(get(reader.skip(count))).isEqualTo(count);
                    heard.add(-count);
                    at += count;
                } else {
                    String got = new String(read.get(), US_ASCII);
                    assertThat(text.substring(at)).startsWith(got);
                    heard.add(got.length());
                    at += got.length();
                }
                if (at < text.length()) {
                    read = reading.begin(reader);
                }
            }
        }
        assertThat(read).isDone();
        return heard;
    }
}
