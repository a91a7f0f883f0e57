package dev.nettystreams.demos.postgres;

import static dev.nettystreams.demos.postgres.BackendMessages.OK;
import static dev.nettystreams.demos.postgres.BackendMessages.READY;
import static dev.nettystreams.demos.postgres.BackendMessages.authentication;
import static dev.nettystreams.demos.postgres.BackendMessages.int32;
import static dev.nettystreams.demos.postgres.BackendMessages.joined;
import static dev.nettystreams.demos.postgres.BackendMessages.message;
import static dev.nettystreams.demos.postgres.BackendMessages.sasl;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.demos.postgres.RawServer.Meeting;
import dev.nettystreams.demos.postgres.RawServer.Part;
import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers that claim a login without the required proof. */
@Timeout(60)
class PostgresLoginTest {
    private static final String FAILED = "netty-streams-demos: ";
    private static final String BROKEN = FAILED + "the server broke the protocol: ";

    private static Meeting meet(Part part) throws Exception {
        return RawServer.meet(
                server -> {
                    server.welcome();
                    part.play(server);
                },
                "--allow-plaintext");
    }

    /** The reason is one line, and the client sends the server nothing more. */
    private static void assertRefused(Meeting meeting, String reason) {
        assertThat(meeting.client().err().lines()).hasSize(1);
        assertThat(meeting.client().err()).startsWith(reason);
        assertThat(meeting.client().status()).isEqualTo(1);
        assertThat(meeting.client().out()).isEmpty();
        assertThat(meeting.afterwards()).isEmpty();
    }

    /** Starts SCRAM and reads the client's proof. */
    private static void challenge(RawServer server, int iterations) throws IOException {
        server.say(sasl("SCRAM-SHA-256"));
        String first = server.hearMessage();
        String nonce = first.substring(first.indexOf(",r=") + 3);
        String salt = Base64.getEncoder().encodeToString("salt".getBytes(UTF_8));
        server.say(authentication(11, ("r=" + nonce + "server,s=" + salt + ",i=" + iterations).getBytes(UTF_8)));
    }

    private static void proveNothing(RawServer server) throws IOException {
        challenge(server, 4096);
        assertThat(server.hearMessage()).startsWith("pc=biws,r=").contains(",p=");
    }

    private static byte[] signature() {
        return ("v=" + Base64.getEncoder().encodeToString(new byte[32])).getBytes(UTF_8);
    }

    @Test
    void okWithoutTheFinal_isRefused() throws Exception {
        assertRefused(
                meet(server -> {
                    proveNothing(server);
                    server.say(OK, READY);
                }),
                BROKEN + "authentication message 0 where 12 was due: it has not proved that it knows the password");
    }

    @Test
    void okInsteadOfTheChallenge_isRefused() throws Exception {
        assertRefused(
                meet(server -> {
                    server.say(sasl("SCRAM-SHA-256"));
                    server.hearMessage();
                    server.say(OK, READY);
                }),
                BROKEN + "authentication message 0 where 11 was due");
    }

    @Test
    void readyInsteadOfTheFinal_isRefused() throws Exception {
        assertRefused(
                meet(server -> {
                    proveNothing(server);
                    server.say(READY);
                }),
                BROKEN + "a message of type 'Z' while logging in");
    }

    @Test
    void wrongSignature_isRefused() throws Exception {
        assertRefused(
                meet(server -> {
                    proveNothing(server);
                    server.say(authentication(12, signature()), OK, READY);
                }),
                BROKEN + "SCRAM: Invalid SCRAM server signature");
    }

    @Test
    void finalThatIsNone_isRefused() throws Exception {
        for (String none : List.of("", "v=", "v=!", "x", "e=invalid-proof")) {
            assertRefused(
                    meet(server -> {
                        proveNothing(server);
                        server.say(authentication(12, none.getBytes(UTF_8)), OK, READY);
                    }),
                    BROKEN + "SCRAM: ");
        }
    }

    @Test
    void challengeThatIsNone_isRefused() throws Exception {
        for (String none : List.of("", "r=abc,s=c2FsdA==,i=4096", "r=", "\u001b[31m")) {
            Meeting meeting = meet(server -> {
                server.say(sasl("SCRAM-SHA-256"));
                server.hearMessage();
                server.say(authentication(11, none.getBytes(UTF_8)));
            });
            assertRefused(meeting, BROKEN + "SCRAM: ");
            assertThat(meeting.client().err()).doesNotContain("\u001b");
        }
    }

    @Test
    void tooManyIterations_areRefused() throws Exception {
        assertRefused(
                meet(server -> challenge(server, Integer.MAX_VALUE)), BROKEN + "SCRAM with 2147483647 iterations");
    }

    /** A server offers it only under TLS: it has TLS with another party, then. */
    @Test
    void channelBindingWithoutTls_isRefused() throws Exception {
        for (String[] offer : new String[][] {{"SCRAM-SHA-256-PLUS"}, {"SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"}}) {
            assertRefused(
                    meet(server -> server.say(sasl(offer))),
                    FAILED + "the server offers SCRAM-SHA-256-PLUS without TLS");
        }
    }

    @Test
    void unknownMechanisms_areRefused() throws Exception {
        assertRefused(
                meet(server -> server.say(sasl("SCRAM-SHA-1", "PLAIN"))),
                FAILED + "the server offers neither SCRAM-SHA-256-PLUS nor SCRAM-SHA-256");
        assertRefused(
                meet(server -> server.say(sasl())),
                FAILED + "the server offers neither SCRAM-SHA-256-PLUS nor SCRAM-SHA-256");
    }

    @Test
    void passwordInClear_withoutTls_isNotSent() throws Exception {
        assertRefused(
                meet(server -> server.say(authentication(3))), FAILED + "the server asks for the password in clear");
    }

    @Test
    void md5_isNotSent() throws Exception {
        assertRefused(
                meet(server -> server.say(authentication(5, int32(1)))),
                FAILED + "the server asks for an MD5 password");
    }

    @Test
    void otherMethods_areRefused() throws Exception {
        for (int method : new int[] {2, 6, 7, 9, 11, 12, 99, -1}) {
            assertRefused(
                    meet(server -> server.say(authentication(method))),
                    FAILED + "the server asks for authentication " + method + ", which is not known here");
        }
    }

    @Test
    void queriesBeforeTheLogin_areNotAnswered() throws Exception {
        for (char type : "ZTDCKGHdcvx\0\u00ff".toCharArray()) {
            assertRefused(meet(server -> server.say(message(type))), BROKEN + "a message of type ");
        }
    }

    @Test
    void lyingLengths_areRefused() throws Exception {
        for (int length : new int[] {3, 0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 65536 + 5}) {
            assertRefused(
                    meet(server -> server.say(joined(new byte[] {'R'}, int32(length), int32(0)))),
                    BROKEN + "a message of type 'R' of " + (length - 4L) + " bytes, where 0 to 65536 are taken");
        }
    }

    @Test
    void truncatedMessages_areRefused() throws Exception {
        byte[] whole = joined(OK, message('K', int32(1), int32(2)), READY);
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            Meeting meeting = meet(server -> {
                server.say(part);
                server.leave();
            });
            assertRefused(meeting, FAILED + "the server ended the connection\n");
        }
    }

    @Test
    void fieldsThatDoNotFit_areRefused() throws Exception {
        for (byte[] message : List.of(
                message('R'),
                message('R', new byte[3]),
                authentication(0, new byte[1]),
                authentication(10),
                authentication(10, "SCRAM-SHA-256".getBytes(UTF_8)),
                message('E'),
                message('E', "Mno end".getBytes(UTF_8)),
                message('N', new byte[] {'M'}))) {
            assertRefused(meet(server -> server.say(message)), BROKEN);
        }
    }

    @Test
    void errors_areShownInOneHarmlessLine() throws Exception {
        assertRefused(
                meet(server -> server.say(BackendMessages.error("FATAL", "28000", "no\nway\u001b[2J"))),
                FAILED + "FATAL 28000: no\\nway\\x1B[2J\n");
    }

    /** The error of a server that cannot start a process: without a length. */
    @Test
    void errorBeforeTheProtocol_isShownInOneLine() throws Exception {
        String line = "could not fork new process for connection: Cannot allocate memory";
        for (String end : List.of("\n\0", "\0", "\n", "", "\0and more")) {
            Meeting meeting = meet(server -> {
                server.say(("E" + line + end).getBytes(UTF_8));
                server.leave();
            });
            assertRefused(meeting, FAILED + "the server refuses the connection: " + line + "\n");
        }
        assertRefused(
                meet(server -> server.say("Eno\u001b[2J\nway\0".getBytes(UTF_8))),
                FAILED + "the server refuses the connection: no\\x1B[2J\\nway\n");
    }

    @Test
    void errorBeforeTheProtocol_hasABound_andItsTime() throws Exception {
        Meeting endless = meet(server -> server.say(("E" + "x".repeat(100_000)).getBytes(UTF_8)));
        assertThat(endless.client().err()).hasSizeBetween(4000, 4200);
        byte[] late = joined(
                BackendMessages.message('N', BackendMessages.string("Mhm"), BackendMessages.string("")),
                "Ecould not".getBytes(UTF_8));
        Meeting begun = meet(server -> server.say(late));
        assertThat(begun.client().err()).contains(BROKEN + "a message of type 'E' of "); // no longer an early error
    }
}
