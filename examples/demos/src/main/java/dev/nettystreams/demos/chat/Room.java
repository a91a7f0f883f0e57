package dev.nettystreams.demos.chat;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The guests. Speaking never waits for a listener: each line goes into the {@link Outbox} of every guest, and a guest
 * whose outbox is full is disconnected.
 *
 * <p>Any thread. One lock, under which nothing waits, gives all guests the same order of lines.
 */
final class Room {
    static final String TOO_FAR_BEHIND = "was too far behind, and is disconnected";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,16}");

    private final Map<String, Outbox> guests = new TreeMap<>(); // guarded by this

    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    synchronized String names() {
        return String.join(", ", guests.keySet());
    }

    /** Admits a guest; returns false if the name is taken. */
    synchronized boolean join(String name, Outbox outbox) {
        if (guests.putIfAbsent(name, outbox) != null) {
            return false;
        }
        tell(name, outbox, "* welcome, " + name + "; here: " + names());
        tellOthers(name, "* " + name + " joined");
        return true;
    }

    synchronized void say(String speaker, String text) {
        tellOthers(speaker, speaker + ": " + text);
    }

    /** Has no effect if the guest has left already. */
    synchronized void leave(String name, Outbox outbox, String how) {
        if (guests.remove(name, outbox)) {
            tellOthers(name, "* " + name + " " + how);
        }
    }

    private void tellOthers(String speaker, String text) {
        for (Map.Entry<String, Outbox> guest : List.copyOf(guests.entrySet())) {
            if (!guest.getKey().equals(speaker)) {
                tell(guest.getKey(), guest.getValue(), text);
            }
        }
    }

    /**
     * A guest that is too far behind leaves the room before its connection ends, which the dialogue would report as
     * another kind of departure.
     */
    private void tell(String name, Outbox outbox, String text) {
        if (!outbox.offer((text + "\n").getBytes(UTF_8))) {
            leave(name, outbox, TOO_FAR_BEHIND);
            outbox.disconnect();
        }
    }
}
