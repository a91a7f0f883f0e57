package dev.nettystreams.demos.resp;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The options of a SET after its key and value.
 *
 * @param expiresAtMillis wall-clock time, {@link Keyspace#NEVER}, or null for KEEPTTL
 * @param condition NX or XX
 * @param returnsPrevious GET
 */
record SetOptions(@Nullable Long expiresAtMillis, Keyspace.Condition condition, boolean returnsPrevious) {

    static SetOptions parse(List<byte[]> arguments, long nowMillis) throws CommandException {
        Long expiresAt = Keyspace.NEVER;
        boolean hasExpiry = false;
        Keyspace.Condition condition = Keyspace.Condition.ALWAYS;
        boolean returnsPrevious = false;
        for (int i = 3; i < arguments.size(); i++) {
            String option = CommandTable.text(arguments.get(i)).toUpperCase(java.util.Locale.ROOT);
            switch (option) {
                case "NX", "XX" -> {
                    Keyspace.Condition wanted =
                            option.equals("NX") ? Keyspace.Condition.IF_ABSENT : Keyspace.Condition.IF_PRESENT;
                    if (condition != Keyspace.Condition.ALWAYS && condition != wanted) {
                        throw CommandException.syntaxError();
                    }
                    condition = wanted;
                }
                case "GET" -> returnsPrevious = true;
                case "KEEPTTL" -> {
                    refuseSecond(hasExpiry);
                    hasExpiry = true;
                    expiresAt = null;
                }
                case "EX", "PX", "EXAT", "PXAT" -> {
                    refuseSecond(hasExpiry || i + 1 == arguments.size());
                    hasExpiry = true;
                    expiresAt = expiry(option, arguments.get(++i), nowMillis);
                }
                default -> throw CommandException.syntaxError();
            }
        }
        return new SetOptions(expiresAt, condition, returnsPrevious);
    }

    private static void refuseSecond(boolean isWrong) throws CommandException {
        if (isWrong) {
            throw CommandException.syntaxError();
        }
    }

    private static long expiry(String option, byte[] text, long nowMillis) throws CommandException {
        Long number = StrictLong.parse(text);
        if (number == null) {
            throw CommandException.notAnInteger();
        }
        boolean inSeconds = option.startsWith("EX");
        boolean isRelative = option.length() == 2;
        try {
            long millis = inSeconds ? Math.multiplyExact(number, 1000L) : number;
            long at = isRelative ? Math.addExact(millis, nowMillis) : millis;
            if (number > 0 && at < Keyspace.NEVER) {
                return at;
            }
        } catch (ArithmeticException e) {
            throw new CommandException("ERR invalid expire time in 'set' command");
        }
        throw new CommandException("ERR invalid expire time in 'set' command");
    }
}
