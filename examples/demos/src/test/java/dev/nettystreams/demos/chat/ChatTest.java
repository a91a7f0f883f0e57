package dev.nettystreams.demos.chat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.demos.DemoProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ChatTest {
    private DemoProcess server;
    private int port;

    private void start(String runOn) throws Exception {
        server = DemoProcess.demo("chat-server", "--port", "0", "--most-behind", "100000", "--run-on", runOn);
        port = server.listeningPort();
    }

    @AfterEach
    void stop() throws Exception {
        try (DemoProcess stopped = server) {
            assertThat(stopped.terminate()).isZero();
            assertThat(stopped.errors()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"callbacks", "threads"})
    void lines_goToEverybodyElse(String runOn) throws Exception {
        start(runOn);
        try (Guest ada = new Guest("ada", "* welcome, ada; here: ada");
                Guest bob = new Guest("bob", "* welcome, bob; here: ada, bob")) {
            assertThat(ada.line()).isEqualTo("* bob joined");
            bob.say("hello\u0007 there\u009b2J\u202e");
            assertThat(ada.line()).isEqualTo("bob: hello? there?2J?");
            ada.say("/who");
            assertThat(ada.line()).isEqualTo("* here: ada, bob");
            ada.say("/quit");
            assertThat(ada.line()).isNull();
            assertThat(bob.line()).isEqualTo("* ada left");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = "callbacks")
    void takenAndWrongNames_areRefused_andEndlessLinesEnd(String runOn) throws Exception {
        start(runOn);
        try (Guest ada = new Guest("ada", "* welcome, ada; here: ada");
                Guest other = new Guest("ada", "* ada is here already; another name?")) {
            other.say("not a name");
            assertThat(other.line()).startsWith("* a name is ");
            other.say("eve");
            assertThat(other.line()).isEqualTo("* welcome, eve; here: ada, eve");
            assertThat(ada.line()).isEqualTo("* eve joined");
            other.say("x".repeat(5000));
            assertThat(other.line()).isEqualTo("* a line has at most 4096 bytes; good-bye");
            assertThat(ada.line()).isEqualTo("* eve wrote an endless line");
        }
    }

    /** The kernel buffers a few MiB of lines for the guest that reads nothing. */
    @ParameterizedTest
    @ValueSource(strings = {"callbacks", "threads"})
    void slowReader_isDisconnected_andHoldsNobodyUp(String runOn) throws Exception {
        start(runOn);
        try (Guest slow = new Guest("slow", "* welcome, slow; here: slow");
                Guest quick = new Guest("quick", "* welcome, quick; here: quick, slow");
                Guest speaker = new Guest("speaker", "* welcome, speaker; here: quick, slow, speaker")) {
            assertThat(quick.line()).isEqualTo("* speaker joined");
            String told = speakUntilSomebodyGoes(speaker, quick);
            assertThat(told).isEqualTo("* slow was too far behind, and is disconnected");
            assertThat(slow.line()).isEqualTo("* quick joined");
        }
    }

    /** One line at a time, so that the quick guest is never behind. */
    private static String speakUntilSomebodyGoes(Guest speaker, Guest quick) throws IOException {
        String speech = "y".repeat(4000);
        for (int i = 0; i < 20_000; i++) {
            speaker.say(speech);
            String line = quick.line();
            if (!("speaker: " + speech).equals(line)) {
                return line;
            }
        }
        return "nobody";
    }

    /** A person with a terminal. */
    private final class Guest implements AutoCloseable {
        private final Socket socket = DemoProcess.connect(port);
        private final BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));

        /** Enters and waits for the answer, so that guests enter in order. */
        Guest(String name, String answer) throws IOException {
            say(name);
            assertThat(line()).isEqualTo(answer);
        }

        void say(String line) throws IOException {
            socket.getOutputStream().write((line + "\n").getBytes(UTF_8));
        }

        String line() throws IOException {
            return in.readLine();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
