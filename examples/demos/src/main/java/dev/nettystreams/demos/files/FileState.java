package dev.nettystreams.demos.files;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A file's state as a client's cache knows it (RFC 9110, section 13).
 *
 * @param size the number of bytes
 * @param modified the time of the last change
 */
record FileState(long size, Instant modified) {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH);

    static String date(Instant time) {
        return DATE.format(time.atOffset(ZoneOffset.UTC));
    }

    String lastModified() {
        return date(modified);
    }

    String etag() {
        return "\"" + Long.toHexString(size) + "-" + Long.toHexString(modified.getEpochSecond()) + "-"
                + Integer.toHexString(modified.getNano()) + "\"";
    }

    /** Checks If-Match and If-Unmodified-Since. */
    void checkMatch(Request request) throws HttpException {
        String match = request.value("if-match");
        String since = request.value("if-unmodified-since");
        if (match != null ? !names(match, false) : since != null && hasChangedSince(since)) {
            throw new HttpException(412, "the file has changed");
        }
    }

    /** Returns whether the client's copy is up to date, by If-None-Match or else If-Modified-Since. */
    boolean isKnownTo(Request request) {
        String noneMatch = request.value("if-none-match");
        String since = request.value("if-modified-since");
        return noneMatch != null ? names(noneMatch, true) : since != null && isAt(since) && !hasChangedSince(since);
    }

    /** Returns the range to send, or null for the whole file. If-Range guards a range of another version. */
    @Nullable
    ByteRange range(Request request) throws HttpException {
        String range = request.value("range");
        String guard = request.value("if-range");
        if (range == null || request.isHead()) {
            return null;
        }
        boolean isSame = guard == null || guard.equals(etag()) || guard.equals(lastModified());
        return isSame ? ByteRange.parse(range, size) : null;
    }

    private boolean names(String tags, boolean isWeak) {
        if (tags.strip().equals("*")) {
            return true;
        }
        for (String each : tags.split(",", -1)) {
            String tag = each.strip();
            if ((isWeak && tag.startsWith("W/") ? tag.substring(2) : tag).equals(etag())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isAt(String date) {
        return parsed(date) != null;
    }

    private boolean hasChangedSince(String date) {
        Instant time = parsed(date);
        return time != null && modified.truncatedTo(ChronoUnit.SECONDS).isAfter(time);
    }

    private static @Nullable Instant parsed(String date) {
        try {
            return LocalDateTime.parse(date, DATE).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            return null; // to be ignored
        }
    }
}
