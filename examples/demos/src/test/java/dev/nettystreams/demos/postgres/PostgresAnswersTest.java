package dev.nettystreams.demos.postgres;

import static dev.nettystreams.demos.postgres.BackendMessages.OK;
import static dev.nettystreams.demos.postgres.BackendMessages.READY;
import static dev.nettystreams.demos.postgres.BackendMessages.columns;
import static dev.nettystreams.demos.postgres.BackendMessages.complete;
import static dev.nettystreams.demos.postgres.BackendMessages.error;
import static dev.nettystreams.demos.postgres.BackendMessages.int16;
import static dev.nettystreams.demos.postgres.BackendMessages.int32;
import static dev.nettystreams.demos.postgres.BackendMessages.joined;
import static dev.nettystreams.demos.postgres.BackendMessages.message;
import static dev.nettystreams.demos.postgres.BackendMessages.row;
import static dev.nettystreams.demos.postgres.BackendMessages.string;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.demos.CommandResult;
import dev.nettystreams.demos.postgres.RawServer.Meeting;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The results of a query, from correct and incorrect answers. */
@Timeout(60)
class PostgresAnswersTest {
    private static final String FAILED = "netty-streams-demos: ";
    private static final String BROKEN = FAILED + "the server broke the protocol: ";

    private static final byte[] LOGIN =
            joined(OK, message('S', string("server_version"), string("17")), message('K', int32(1), int32(2)), READY);

    private static final byte[] ANSWER = joined(
            message('N', string("VNOTICE"), string("C00000"), string("Mby the way"), string("Hlook"), string("")),
            columns("a", "grün"),
            row("1", null),
            message('A', int32(1), string("channel"), string("payload")),
            row("", "東京\u001b[2J\n"),
            complete("SELECT 2"),
            message('I'),
            complete("CREATE TABLE"),
            message('H', new byte[] {0}, int16(1), int16(0)),
            message('d', "x\ty\n".getBytes(UTF_8)),
            message('c'),
            complete("COPY 1"),
            READY);

    private static final String PRINTED = """
             a |     grün     \s
            ---+---------------
             1 |\s
               | 東京\\x1B[2J\\n
            (2 rows)

            CREATE TABLE
            x\ty
            """;

    private static Meeting answered(byte[]... answer) throws Exception {
        return RawServer.meet(
                server -> {
                    server.welcome();
                    server.say(LOGIN);
                    assertThat(server.hearMessage()).isEqualTo("Qselect 1\0");
                    server.say(answer);
                    server.leave();
                },
                "--allow-plaintext");
    }

    private static void assertFailed(Meeting meeting, String reason) {
        assertThat(meeting.client().status()).isEqualTo(1);
        assertThat(meeting.client().err().lines()).hasSize(1);
        assertThat(meeting.client().err()).startsWith(reason);
    }

    private static void assertPrinted(CommandResult client) {
        assertThat(client.err()).isEqualTo("NOTICE 00000: by the way; hint: look\n");
        assertThat(client.out()).isEqualTo(PRINTED);
        assertThat(client.status()).isZero();
    }

    @Test
    void everything_isPrinted_andTheEndIsSaid() throws Exception {
        Meeting meeting = answered(ANSWER);
        assertPrinted(meeting.client());
        assertThat(meeting.afterwards()).isEqualTo("X\0\0\0\4");
    }

    @Test
    void everything_byteByByte_isTheSame() throws Exception {
        Meeting meeting = RawServer.meet(
                server -> {
                    server.welcome();
                    for (byte[] words : List.of(LOGIN, ANSWER)) {
                        for (byte each : words) {
                            server.say(new byte[] {each});
                        }
                    }
                    assertThat(server.hearMessage()).isEqualTo("Qselect 1\0");
                },
                "--allow-plaintext");
        assertPrinted(meeting.client());
    }

    @Test
    void everything_inChunksOfAnySize_isTheSame() throws Exception {
        byte[] words = joined(LOGIN, ANSWER);
        for (int chunkBytes = 1; chunkBytes <= words.length; chunkBytes++) {
            assertPrinted(MemoryClient.hearing(words, chunkBytes));
        }
    }

    @Test
    void truncatedAnswers_areReported() throws Exception {
        for (int length = 0; length < ANSWER.length; length++) {
            CommandResult client = MemoryClient.hearing(joined(LOGIN, Arrays.copyOf(ANSWER, length)), 1 << 16);
            assertThat(client.status()).isEqualTo(1);
            assertThat(client.err()).endsWith("\n").contains("the server ended the connection");
        }
    }

    @Test
    void errors_comeBehindWhatWentWell() throws Exception {
        Meeting meeting = answered(complete("CREATE TABLE"), error("ERROR", "42P01", "no such table"), READY);
        assertFailed(meeting, FAILED + "ERROR 42P01: no such table\n");
        assertThat(meeting.client().out()).isEqualTo("CREATE TABLE\n");
        assertThat(meeting.afterwards()).isEqualTo("X\0\0\0\4");
    }

    @Test
    void fatalErrors_areReported_notTheEndBehindThem() throws Exception {
        assertFailed(answered(error("FATAL", "57P01", "terminating")), FAILED + "FATAL 57P01: terminating\n");
        assertFailed(
                answered(columns("a"), row("1"), error("FATAL", "57P01", "terminating")),
                FAILED + "FATAL 57P01: terminating\n");
    }

    @Test
    void copyIn_isRefused() throws Exception {
        Meeting meeting = RawServer.meet(
                server -> {
                    server.welcome();
                    server.say(LOGIN);
                    server.hearMessage();
                    server.say(message('G', new byte[] {0}, int16(1), int16(0)));
                    String refusal = server.hearMessage();
                    server.say(error("ERROR", "57014", refusal.substring(1, refusal.length() - 1)), READY);
                },
                "--allow-plaintext");
        assertFailed(meeting, FAILED + "ERROR 57014: postgres-query has nothing to copy from\n");
    }

    @Test
    void binaryCopy_isRefused() throws Exception {
        assertFailed(answered(message('H', new byte[] {1}, int16(0))), FAILED + "COPY in binary format");
    }

    @Test
    void messagesOutOfPlace_areRefused() throws Exception {
        for (byte[] answer : List.of(
                row("1"),
                message('d'),
                message('K'),
                message('R', int32(0)),
                message('W', new byte[3]),
                joined(columns("a"), columns("a")),
                joined(columns("a"), READY),
                joined(columns("a"), message('I')),
                joined(message('H', new byte[] {0}, int16(0)), complete("COPY 0")))) {
            assertFailed(answered(answer, READY), BROKEN + "a message of type ");
        }
    }

    @Test
    void fieldsThatDoNotFit_areRefused() throws Exception {
        for (byte[] answer : List.of(
                row("1", "2"),
                row(),
                message('D', int16(1), int32(2), new byte[1]),
                message('D', int16(1), int32(-2)),
                message('D', int16(1), int32(Integer.MAX_VALUE)),
                message('D', int16(1), int32(0), new byte[1]),
                message('D', new byte[1]),
                complete("SELECT 1\0"),
                message('C'))) {
            assertFailed(answered(columns("a"), answer, READY), BROKEN);
        }
        for (byte[] answer : List.of(
                message('T', int16(-1)),
                message('T', int16(1)),
                message('T', int16(0), new byte[1]),
                message('I', new byte[1]),
                message('H'))) {
            assertFailed(answered(answer, READY), BROKEN);
        }
    }

    @Test
    void lyingLengths_areRefused() throws Exception {
        for (int length : new int[] {3, -1, Integer.MAX_VALUE}) {
            for (char type : "Dd".toCharArray()) {
                assertFailed(
                        answered(columns("a"), new byte[] {(byte) type}, int32(length)),
                        BROKEN + "a message of type '" + type + "' of " + (length - 4L)
                                + " bytes, where 0 to 1074790400 are taken");
            }
        }
    }

    /** Of any length: it is never kept whole. */
    @Test
    void longCopiedRow_isPrintedBeforeItsEnd() throws Exception {
        byte[] words = joined(
                LOGIN,
                message('H', new byte[] {0}, int16(1), int16(0)),
                new byte[] {'d'},
                int32(1 << 29),
                "x".repeat(200_000).getBytes(UTF_8));
        CommandResult client = MemoryClient.hearing(words, 1 << 16);
        assertThat(client.out()).hasSize(3 << 16);
        assertThat(client.err()).isEqualTo("the server ended the connection\n");
    }

    /** The server breaks no rule; the limit is ours. */
    @Test
    void longRows_areOverABoundOfOurs() throws Exception {
        assertFailed(
                answered(columns("a"), new byte[] {'D'}, int32((16 << 20) + 5)),
                FAILED
                        + "the server sends a message of type 'D' of 16777217 bytes; postgres-query takes at most 16777216:"
                        + " ask for smaller rows, or COPY\n");
    }

    private static byte[] copied(byte[]... data) {
        return joined(
                LOGIN,
                message('H', new byte[] {0}, int16(1), int16(0)),
                joined(data),
                message('c'),
                complete("COPY 1"),
                READY);
    }

    @Test
    void copiedCharacters_mayBeSplitOverMessages() throws Exception {
        byte[] text = "x\u20ac\ud83d\ude00y\n".getBytes(UTF_8);
        for (int first = 0; first <= text.length; first++) {
            for (int second = first; second <= text.length; second++) {
                byte[] words = copied(
                        message('d', Arrays.copyOf(text, first)),
                        message('S', string("TimeZone"), string("UTC")),
                        message('d', Arrays.copyOfRange(text, first, second)),
                        message('d', Arrays.copyOfRange(text, second, text.length)));
                assertThat(MemoryClient.hearing(words, 1 << 16).out()).isEqualTo("x\u20ac\ud83d\ude00y\n");
            }
        }
    }

    @Test
    void copiedBytesThatAreNoCharacters_areReplaced() throws Exception {
        byte[] half = {'a', (byte) 0xe2, (byte) 0x82};
        assertThat(MemoryClient.hearing(copied(message('d', half)), 1 << 16).out())
                .isEqualTo("a\ufffd");
        assertThat(MemoryClient.hearing(copied(message('d', half), message('d', "b".getBytes(UTF_8))), 1 << 16)
                        .out())
                .isEqualTo("a\ufffdb");
    }

    @Test
    void longCopiedRows_arePrintedAsTheyCome() throws Exception {
        String row = "\u20ac".repeat(7 << 20) + "\n"; // 21 MiB, with a character across each border of 64 KiB
        CommandResult client = MemoryClient.hearing(copied(message('d', row.getBytes(UTF_8))), 1 << 16);
        assertThat(client.err()).isEmpty();
        assertThat(client.out().equals(row)).as("the row").isTrue();
    }

    @Test
    void tooManyRows_areRefused() throws Exception {
        byte[] row = row("x".repeat(1 << 20));
        byte[][] rows = new byte[33][];
        Arrays.fill(rows, row);
        CommandResult client = MemoryClient.hearing(joined(LOGIN, columns("a"), joined(rows)), 1 << 16);
        assertThat(client.err()).startsWith("the result takes more than 67108864 bytes of memory");
    }
}
