package dev.nettystreams.demos.resp;

import java.util.List;

/** Commands about keys: GET, SET, DEL, EXISTS, INCR, PTTL, TTL. */
final class KeyCommands {
    private final Keyspace keyspace;

    KeyCommands(Keyspace keyspace) {
        this.keyspace = keyspace;
    }

    void addTo(CommandTable table) {
        table.add("get", 2, (client, arguments) -> Replies.bulk(keyspace.get(arguments.get(1))));
        table.add("set", -3, (client, arguments) -> set(arguments));
        table.add("del", -2, (client, arguments) -> Replies.integer(delete(arguments)));
        table.add("exists", -2, (client, arguments) -> Replies.integer(countPresent(arguments)));
        table.add("incr", 2, (client, arguments) -> Replies.integer(keyspace.increment(arguments.get(1))));
        table.add("pttl", 2, (client, arguments) -> Replies.integer(millisToLive(arguments.get(1))));
        table.add("ttl", 2, (client, arguments) -> Replies.integer(secondsToLive(arguments.get(1))));
    }

    private byte[] set(List<byte[]> arguments) throws CommandException {
        SetOptions options = SetOptions.parse(arguments, keyspace.nowMillis());
        Keyspace.Replaced replaced =
                keyspace.set(arguments.get(1), arguments.get(2), options.expiresAtMillis(), options.condition());
        if (options.returnsPrevious()) {
            return Replies.bulk(replaced.previous);
        }
        return replaced.isApplied ? Replies.OK : Replies.NOTHING;
    }

    private long delete(List<byte[]> arguments) {
        return arguments.stream().skip(1).filter(keyspace::delete).count();
    }

    private long countPresent(List<byte[]> arguments) {
        return arguments.stream()
                .skip(1)
                .filter(key -> keyspace.get(key) != null)
                .count();
    }

    private long millisToLive(byte[] key) {
        Long expiresAt = keyspace.expiresAtMillis(key);
        if (expiresAt == null) {
            return -2;
        }
        return expiresAt == Keyspace.NEVER ? -1 : Math.max(0, expiresAt - keyspace.nowMillis());
    }

    private long secondsToLive(byte[] key) {
        long millis = millisToLive(key);
        return millis < 0 ? millis : (millis + 500) / 1000;
    }
}
