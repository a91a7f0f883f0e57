package dev.nettystreams.demos.resp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.List;

/**
 * Commands about the connection: PING, ECHO, SELECT, HELLO, CLIENT, QUIT. Two more detect browsers that a web page has
 * made connect to this port: {@code POST} and {@code Host:} end the connection without an answer, as in Redis.
 */
final class ConnectionCommands {
    void addTo(CommandTable table) {
        table.add("ping", -1, (client, arguments) -> ping(arguments));
        table.add("echo", 2, (client, arguments) -> Replies.bulk(arguments.get(1)));
        table.add("select", 2, (client, arguments) -> select(arguments.get(1)));
        table.add("hello", -1, ConnectionCommands::hello);
        table.add("client", -2, ConnectionCommands::client);
        table.add("quit", -1, (client, arguments) -> {
            client.hasQuit = true;
            return Replies.OK;
        });
        table.add("post", -1, ConnectionCommands::cutOff);
        table.add("host:", -1, ConnectionCommands::cutOff);
    }

    private static byte[] cutOff(RespDialogue.Client client, List<byte[]> arguments) {
        client.hasQuit = true;
        return Replies.NO_REPLY;
    }

    private static byte[] ping(List<byte[]> arguments) throws CommandException {
        return switch (arguments.size()) {
            case 1 -> Replies.PONG;
            case 2 -> Replies.bulk(arguments.get(1));
            default -> throw new CommandException(CommandTable.wrongArity("ping"));
        };
    }

    private static byte[] select(byte[] index) throws CommandException {
        Long number = StrictLong.parse(index);
        if (number == null || number != number.intValue()) {
            throw CommandException.notAnInteger();
        }
        if (number != 0) {
            throw new CommandException("ERR DB index is out of range");
        }
        return Replies.OK;
    }

    /** Supports RESP 2 only: a client that asks for 3 gets an error and goes on with 2. */
    private static byte[] hello(RespDialogue.Client client, List<byte[]> arguments) throws CommandException {
        if (arguments.size() > 1) {
            Long version = StrictLong.parse(arguments.get(1));
            if (version == null) {
                throw new CommandException("ERR Protocol version is not an integer or out of range");
            }
            if (version != 2) {
                throw new CommandException("NOPROTO unsupported protocol version");
            }
        }
        for (int i = 2; i < arguments.size(); i += 2) {
            boolean isName = CommandTable.is(arguments.get(i), "SETNAME") && i + 1 < arguments.size();
            if (!isName) {
                throw new CommandException(
                        "ERR Syntax error in HELLO option '" + CommandTable.text(arguments.get(i)) + "'");
            }
            rename(client, arguments.get(i + 1));
        }
        return Replies.array(List.of(
                Replies.bulk("server"),
                Replies.bulk("redis"),
                Replies.bulk("version"),
                Replies.bulk(ServerCommands.REDIS_VERSION),
                Replies.bulk("proto"),
                Replies.integer(2),
                Replies.bulk("mode"),
                Replies.bulk("standalone"),
                Replies.bulk("role"),
                Replies.bulk("master"),
                Replies.bulk("modules"),
                Replies.EMPTY_ARRAY));
    }

    private static byte[] client(RespDialogue.Client client, List<byte[]> arguments) throws CommandException {
        byte[] subcommand = arguments.get(1);
        if (CommandTable.is(subcommand, "SETINFO")) {
            requireCount(arguments, 4, "client|setinfo");
            return Replies.OK;
        }
        if (CommandTable.is(subcommand, "SETNAME")) {
            requireCount(arguments, 3, "client|setname");
            rename(client, arguments.get(2));
            return Replies.OK;
        }
        if (CommandTable.is(subcommand, "GETNAME")) {
            requireCount(arguments, 2, "client|getname");
            return Replies.bulk(client.name);
        }
        throw CommandTable.unknownSubcommand("CLIENT", subcommand);
    }

    private static void requireCount(List<byte[]> arguments, int count, String name) throws CommandException {
        if (arguments.size() != count) {
            throw new CommandException(CommandTable.wrongArity(name));
        }
    }

    private static void rename(RespDialogue.Client client, byte[] name) throws CommandException {
        for (byte character : name) {
            if (character < '!' || character > '~') {
                throw new CommandException("ERR Client names cannot contain spaces, newlines or special characters.");
            }
        }
        client.name = name.length == 0 ? null : new String(name, US_ASCII).getBytes(US_ASCII);
    }
}
