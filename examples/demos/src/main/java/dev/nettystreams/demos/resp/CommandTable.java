package dev.nettystreams.demos.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The commands by name. Any thread. */
final class CommandTable {
    private static final int MOST_ARGUMENT_CHARACTERS = 128;

    private final Map<String, Entry> entries = new HashMap<>();

    /** Runs a request and returns its reply. */
    @FunctionalInterface
    interface Command {
        byte[] run(RespDialogue.Client client, List<byte[]> arguments) throws CommandException;
    }

    /** @param arity the number of arguments as Redis counts them, the name included; negative for a minimum */
    private record Entry(int arity, Command command) {
        boolean takes(int argumentCount) {
            return arity >= 0 ? argumentCount == arity : argumentCount >= -arity;
        }
    }

    CommandTable(Keyspace keyspace) {
        new ConnectionCommands().addTo(this);
        new KeyCommands(keyspace).addTo(this);
        new ServerCommands(keyspace).addTo(this);
    }

    void add(String name, int arity, Command command) {
        entries.put(name, new Entry(arity, command));
    }

    /** Runs a request and gives its reply. */
    byte[] run(RespDialogue.Client client, List<byte[]> request) {
        String name = text(request.get(0));
        Entry entry = entries.get(name);
        if (entry == null) {
            entry = entries.get(name.toLowerCase(Locale.ROOT));
        }
        if (entry == null) {
            return Replies.error(unknown(name, request));
        }
        if (!entry.takes(request.size())) {
            return Replies.error(wrongArity(name));
        }
        try {
            return entry.command.run(client, request);
        } catch (CommandException e) {
            return Replies.error(e.getMessage());
        }
    }

    static String wrongArity(String name) {
        return "ERR wrong number of arguments for '" + name.toLowerCase(Locale.ROOT) + "' command";
    }

    static CommandException unknownSubcommand(String command, byte[] name) {
        return new CommandException("ERR unknown subcommand '" + cut(text(name), MOST_ARGUMENT_CHARACTERS) + "'. Try "
                + command + " HELP.");
    }

    /** Returns a word of a command as text, for comparison and messages. */
    static String text(byte[] word) {
        return new String(word, ISO_8859_1);
    }

    static boolean is(byte[] word, String keyword) {
        return word.length == keyword.length() && text(word).equalsIgnoreCase(keyword);
    }

    private static String unknown(String name, List<byte[]> request) {
        StringBuilder arguments = new StringBuilder();
        for (int i = 1; i < request.size() && arguments.length() < MOST_ARGUMENT_CHARACTERS; i++) {
            String shown = cut(text(request.get(i)), MOST_ARGUMENT_CHARACTERS - arguments.length());
            arguments.append('\'').append(shown).append("' ");
        }
        return "ERR unknown command '" + cut(name, MOST_ARGUMENT_CHARACTERS) + "', with args beginning with: "
                + arguments;
    }

    private static String cut(String text, int mostCharacters) {
        return text.length() <= mostCharacters ? text : text.substring(0, mostCharacters);
    }
}
