package dev.nettystreams.demos.chat;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Who is here. Speaking never waits for a listener: a line goes into each one's {@link Outbox}, and whoever's is full is out.
 *
 * <p>Any thread. One lock, under which nothing waits, so that everybody hears everything in the same order.
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

    /** Lets a guest in, unless the name is taken: then false. */
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

    /** Without effect for one who has left already. */
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

    /** Who is too far behind leaves before the connection ends, which the dialogue would take for a departure of another kind. */
    private void tell(String name, Outbox outbox, String text) {
        if (!outbox.offer((text + "\n").getBytes(UTF_8))) {
            leave(name, outbox, TOO_FAR_BEHIND);
            outbox.disconnect();
        }
    }
}
