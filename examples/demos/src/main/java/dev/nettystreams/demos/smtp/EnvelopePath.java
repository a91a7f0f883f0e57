package dev.nettystreams.demos.smtp;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address of the envelope with its parameters, as in {@code MAIL} and {@code RCPT} (RFC 5321 section 4.1.2).
 *
 * @param address the address without brackets and without a source route
 * @param parameters the parameters by their names in capitals; empty values for those without one
 */
record EnvelopePath(String address, Map<String, String> parameters) {
    private static final int MOST_ADDRESS_BYTES = 254;

    /** The text between the brackets: any printable characters, in quotes also brackets and spaces. */
    private static final Pattern PATH =
            Pattern.compile("<((?:[!-~&&[^<>\"]]++|\"(?:[ -~&&[^\"\\\\]]|\\\\[ -~])*+\")*+)>(?: +(.*))?");

    /**
     * Parses an argument.
     *
     * @param argument the text after the verb of the command
     * @param keyword {@code FROM:} or {@code TO:}
     */
    static EnvelopePath parse(String argument, String keyword) throws SmtpException {
        if (!argument.regionMatches(true, 0, keyword, 0, keyword.length())) {
            throw new SmtpException("501 5.5.4 expected " + keyword + "<address>");
        }
        Matcher path = PATH.matcher(argument.substring(keyword.length()).strip());
        if (!path.matches()) {
            boolean isAscii = argument.chars().allMatch(c -> c < 0x80);
            throw new SmtpException(isAscii ? "501 5.1.3 not an address" : "553 5.6.7 addresses are ASCII here");
        }
        String address = withoutRoute(path.group(1));
        if (address.length() > MOST_ADDRESS_BYTES) {
            throw new SmtpException("501 5.1.3 address longer than " + MOST_ADDRESS_BYTES + " bytes");
        }
        return new EnvelopePath(address, parameters(path.group(2) == null ? "" : path.group(2)));
    }

    /** Source routes must be accepted and ignored (RFC 5321 appendix C). */
    private static String withoutRoute(String path) {
        return path.startsWith("@") ? path.substring(path.indexOf(':') + 1) : path;
    }

    private static Map<String, String> parameters(String text) throws SmtpException {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String parameter : text.strip().split(" +", -1)) {
            int equals = parameter.indexOf('=');
            String name = equals < 0 ? parameter : parameter.substring(0, equals);
            String value = equals < 0 ? "" : parameter.substring(equals + 1);
            if (!name.isEmpty() && parameters.put(name.toUpperCase(Locale.ROOT), value) != null) {
                throw new SmtpException("501 5.5.4 given twice: " + name.toUpperCase(Locale.ROOT));
            }
        }
        return parameters;
    }
}
