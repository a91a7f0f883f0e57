package dev.nettystreams.flight;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** The failure of a connection's handler, as it is reported. */
@Name("dev.nettystreams.HandlerFailed")
@Label("Handler Failed")
@Description("The handler of a connection failed, or bytes that it had written were lost")
@Category({ConnectionEvent.GROUP, "Connections"})
final class HandlerFailed extends ConnectionEvent {
    private static final HandlerFailed SWITCH = new HandlerFailed();

    @Label("Exception Class")
    @Nullable
    Class<?> exceptionClass;

    @Label("Message")
    @Description("The exception's message, up to a length")
    @Nullable
    String message;

    static boolean isOn() {
        return SWITCH.isEnabled();
    }

    static void record(Recorded connection, Throwable failure) {
        HandlerFailed event = new HandlerFailed();
        event.describe(connection);
        event.exceptionClass = failure.getClass();
        event.message = BoundedText.of(failure.getMessage());
        event.commit();
    }
}
