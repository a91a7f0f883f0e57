package dev.nettystreams.demos;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.util.NetUtil;
import java.net.IDN;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A URL as typed, and its form on the wire, as in browsers: a path with characters beyond ASCII becomes percent-encoded
 * UTF-8, and such a host name becomes A-labels (IDNA). {@link java.net.URI} accepts neither, nor a host name with an
 * underscore.
 *
 * @param isSecure whether TLS comes first
 * @param host the host to connect to: ASCII, without brackets; an IPv6 address with its zone
 * @param name the host to ask for and to verify, without a zone, which has no meaning on other machines (RFC 6874
 *     section 4)
 * @param port the port in the URL, or the default of the scheme
 * @param authority the value of the header {@code Host}: the name, in brackets if it is an IPv6 address, with the port
 *     unless it is the default
 * @param target the request target: path and query, at least {@code /}
 */
public record HttpUrl(boolean isSecure, String host, String name, int port, String authority, String target) {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    /** Scheme, authority, and path with query; a fragment is not sent. */
    private static final Pattern URL = Pattern.compile("(?is)(https?)://([^/?#\\\\]*)((?:[/?][^#]*)?)(?:#.*)?");

    private static final Pattern AUTHORITY = Pattern.compile("(?:\\[([^\\[\\]]*)]|([^:\\[\\]]*))(?::([0-9]*))?");

    /** An IPv6 address, with a zone after {@code %25} (RFC 6874) or, as people type it, {@code %}. */
    private static final Pattern LITERAL = Pattern.compile("([0-9A-Fa-f:.]+)(?:%(?:25(?=.))?([A-Za-z0-9._~-]+))?");

    /** No control characters, no spaces, and no delimiters of a host. */
    private static final Pattern NAME = Pattern.compile("[!-~&&[^\"#%/:<>?@\\\\\\[\\]^`{|}]]+");

    private static final String NOT_SENT_AS_IT_IS = " \"<>\\^`{|}";

    /**
     * Parses a URL.
     *
     * @param typed a complete URL, {@code http} or {@code https}
     * @return the parsed URL
     * @throws IllegalArgumentException if it is not a valid URL, or contains a user
     */
    public static HttpUrl parse(String typed) {
        Decoded.check("the URL", typed);
        Matcher url = URL.matcher(typed);
        if (!url.matches()) {
            throw new IllegalArgumentException("not a http or https URL: " + typed);
        }
        if (url.group(2).contains("@")) {
            throw new IllegalArgumentException("a URL with a user is not supported: " + typed);
        }
        Matcher authority = AUTHORITY.matcher(url.group(2));
        if (!authority.matches()) {
            throw new IllegalArgumentException("not a host and a port: " + url.group(2));
        }
        boolean isSecure = url.group(1).toLowerCase(Locale.ROOT).equals("https");
        int usualPort = isSecure ? HTTPS_PORT : HTTP_PORT;
        int port = port(authority.group(3), usualPort);
        String colonPort = port == usualPort ? "" : ":" + port;
        String target = target(url.group(3));
        if (authority.group(1) == null) {
            String name = name(authority.group(2));
            return new HttpUrl(isSecure, name, name, port, name + colonPort, target);
        }
        Matcher literal = LITERAL.matcher(authority.group(1));
        if (!literal.matches() || !NetUtil.isValidIpV6Address(literal.group(1))) {
            throw new IllegalArgumentException("not an IPv6 address: " + authority.group(1));
        }
        String address = literal.group(1);
        String zone = literal.group(2) == null ? "" : "%" + literal.group(2);
        return new HttpUrl(isSecure, address + zone, address, port, "[" + address + "]" + colonPort, target);
    }

    private static int port(String digits, int usual) {
        if (digits == null || digits.isEmpty()) {
            return usual;
        }
        int port = digits.matches("0*[0-9]{1,5}") ? Integer.parseInt(digits) : 0;
        if (port == 0 || port > 65535) {
            throw new IllegalArgumentException("port not in 1 to 65535: " + digits);
        }
        return port;
    }

    private static String name(String typed) {
        String name;
        try {
            name = IDN.toASCII(typed, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not a host: " + typed + ": " + e.getMessage(), e);
        }
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not a host: " + typed);
        }
        return name;
    }

    private static String target(String pathAndQuery) {
        String rooted = pathAndQuery.startsWith("/") ? pathAndQuery : "/" + pathAndQuery;
        StringBuilder target = new StringBuilder();
        rooted.codePoints().forEach(each -> {
            if (each > ' ' && each < 0x7f && NOT_SENT_AS_IT_IS.indexOf(each) < 0) {
                target.append((char) each);
            } else {
                appendEncoded(target, each);
            }
        });
        return target.toString();
    }

    private static void appendEncoded(StringBuilder target, int codePoint) {
        boolean isHalf = Character.getType(codePoint) == Character.SURROGATE;
        for (byte each : Character.toString(isHalf ? 0xfffd : codePoint).getBytes(UTF_8)) {
            target.append(String.format("%%%02X", each & 0xff));
        }
    }

    /**
     * Returns the request for the headers.
     *
     * @return the request as sent, in ASCII
     */
    public String headRequest() {
        return "HEAD " + target + " HTTP/1.0\r\nHost: " + authority + "\r\n\r\n";
    }
}
