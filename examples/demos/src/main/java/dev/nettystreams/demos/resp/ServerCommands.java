package dev.nettystreams.demos.resp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Commands about the server: COMMAND, CONFIG, DBSIZE, FLUSHALL, INFO. */
final class ServerCommands {
    /** The version whose wording and limits these are, reported to clients that depend on it. */
    static final String REDIS_VERSION = "6.2.0";

    /** The settings that {@code redis-benchmark} asks for at its start. */
    private static final Map<String, String> SETTINGS = Map.of("save", "", "appendonly", "no", "databases", "1");

    private final Keyspace keyspace;

    ServerCommands(Keyspace keyspace) {
        this.keyspace = keyspace;
    }

    void addTo(CommandTable table) {
        table.add("command", -1, (client, arguments) -> command(arguments));
        table.add("config", -2, (client, arguments) -> config(arguments));
        table.add("dbsize", 1, (client, arguments) -> Replies.integer(keyspace.size()));
        table.add("flushall", -1, (client, arguments) -> flushAll(arguments));
        table.add("info", -1, (client, arguments) -> Replies.bulk(info()));
    }

    /** Returns no documentation; redis-cli then shows no hints. */
    private static byte[] command(List<byte[]> arguments) throws CommandException {
        if (arguments.size() == 1
                || CommandTable.is(arguments.get(1), "DOCS")
                || CommandTable.is(arguments.get(1), "INFO")) {
            return Replies.EMPTY_ARRAY;
        }
        throw CommandTable.unknownSubcommand("COMMAND", arguments.get(1));
    }

    private static byte[] config(List<byte[]> arguments) throws CommandException {
        if (!CommandTable.is(arguments.get(1), "GET")) {
            throw CommandTable.unknownSubcommand("CONFIG", arguments.get(1));
        }
        if (arguments.size() < 3) {
            throw new CommandException(CommandTable.wrongArity("config|get"));
        }
        List<byte[]> found = new ArrayList<>();
        for (byte[] name : arguments.subList(2, arguments.size())) {
            String key = new String(name, UTF_8).toLowerCase(Locale.ROOT);
            SETTINGS.forEach((setting, value) -> {
                if (key.equals("*") || key.equals(setting)) {
                    found.add(Replies.bulk(setting));
                    found.add(Replies.bulk(value));
                }
            });
        }
        return Replies.array(found);
    }

    private byte[] flushAll(List<byte[]> arguments) throws CommandException {
        boolean isPlain = arguments.size() == 1;
        boolean saysHow = arguments.size() == 2
                && (CommandTable.is(arguments.get(1), "ASYNC") || CommandTable.is(arguments.get(1), "SYNC"));
        if (!isPlain && !saysHow) {
            throw CommandException.syntaxError();
        }
        keyspace.clear();
        return Replies.OK;
    }

    private String info() {
        return "# Server\r\nredis_version:" + REDIS_VERSION + "\r\nredis_mode:standalone\r\n\r\n"
                + "# Keyspace\r\ndb0:keys=" + keyspace.size() + ",expires=0,avg_ttl=0\r\n";
    }
}
