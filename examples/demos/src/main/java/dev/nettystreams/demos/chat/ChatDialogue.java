package dev.nettystreams.demos.chat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.LimitOverrunException;
import dev.nettystreams.StreamReader;
import dev.nettystreams.demos.Dialogue;
import dev.nettystreams.demos.OneLine;
import dev.nettystreams.spi.Timeouts;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One guest: a name first, then lines for all others. */
final class ChatDialogue implements Dialogue {
    private final StreamReader reader;
    private final Outbox outbox;
    private final Room room;
    private @Nullable String name;

    ChatDialogue(StreamReader reader, Outbox outbox, Room room) {
        this.reader = reader;
        this.outbox = outbox;
        this.room = room;
    }

    @Override
    public CompletableFuture<byte[]> read() {
        return reader.readLine();
    }

    @Override
    public Then accept(byte[] line) {
        if (line.length == 0) {
            leave("left");
            return Then.END;
        }
        String text = printable(line);
        if (name == null) {
            introduce(text);
        } else if (text.equals("/quit")) {
            leave("left");
            return Then.END;
        } else if (text.equals("/who")) {
            tell("* here: " + room.names());
        } else if (!text.isEmpty()) {
            room.say(name, text);
        }
        return Then.READ_ON;
    }

    private void introduce(String wanted) {
        if (!Room.isName(wanted)) {
            tell("* a name is 1 to 16 letters, digits, - or _; which is yours?");
        } else if (!room.join(wanted, outbox)) {
            tell("* " + wanted + " is here already; another name?");
        } else {
            name = wanted;
        }
    }

    @Override
    public Then idle(Duration timeout) {
        tell("* not a line for " + Timeouts.toText(timeout) + "; good-bye");
        leave("fell silent");
        return Then.END;
    }

    @Override
    public CompletionStage<?> failed(Throwable failure) {
        if (failure instanceof LimitOverrunException overrun) {
            tell("* a line has at most " + overrun.limit() + " bytes; good-bye");
            leave("wrote an endless line");
        } else {
            leave("lost the connection");
        }
        return CompletableFuture.completedFuture(null);
    }

    private void tell(String text) {
        if (!outbox.offer((text + "\n").getBytes(UTF_8))) {
            leave(Room.TOO_FAR_BEHIND);
            outbox.disconnect();
        }
    }

    private void leave(String how) {
        if (name != null) {
            room.leave(name, outbox, how);
        }
    }

    /** Removes the line's ending, and replaces characters that would affect the terminals of the others. */
    private static String printable(byte[] line) {
        return OneLine.printable(new String(line, UTF_8).stripTrailing());
    }
}
