package dev.nettystreams.testing;

import dev.nettystreams.StreamLimits;
import java.util.ArrayList;
import java.util.List;

/**
 * The conformance suite: what the streams promise over any transport, as plain functions.
 *
 * <p>With JUnit: {@code StreamChecks.all(source).stream().map(check -> dynamicTest(check.name(), check::run))}. Each check uses a
 * fresh pair, waits with a deadline, and takes "nothing happens" from order, never from the clock.
 */
public final class StreamChecks {
    private final PairSource source;
    private final List<StreamCheck> checks = new ArrayList<>();

    private StreamChecks(PairSource source) {
        this.source = source;
    }

    /**
     * Every check.
     *
     * @param source makes the pairs to check
     * @return the checks, in no order that matters
     */
    public static List<StreamCheck> all(PairSource source) {
        List<StreamCheck> all = new ArrayList<>(concurrent(source));
        all.addAll(sequential(source));
        return List.copyOf(all);
    }

    /**
     * The checks in which threads race; worth many runs.
     *
     * @param source makes the pairs to check
     * @return some of {@link #all}
     */
    public static List<StreamCheck> concurrent(PairSource source) {
        StreamChecks suite = new StreamChecks(source);
        suite.add("traffic/racing readers take each byte once", TrafficChecks::racyRead);
        suite.add("traffic/racing writers keep their order", TrafficChecks::racyWrite);
        suite.add("traffic/any method from any thread", TrafficChecks::concurrentMethods);
        suite.add("timeout/cancelling races arrival", TimeoutChecks::cancelRacesArrival);
        suite.add("close/both ends at once", CloseChecks::bothClose);
        return suite.checks;
    }

    private static List<StreamCheck> sequential(PairSource source) {
        StreamChecks suite = new StreamChecks(source);
        suite.addTraffic();
        suite.addTimeouts();
        suite.addReads();
        suite.addWrites();
        suite.addCloses();
        return suite.checks;
    }

    private void addTraffic() {
        add("traffic/1 MiB there and back, then EOF", TrafficChecks::basicIo);
        add("traffic/1000 turns", TrafficChecks::pingPong);
        add("traffic/both directions at once", TrafficChecks::fullDuplex);
        add("traffic/a flood echoed by a relay", TrafficChecks::bulkEcho);
    }

    private void addTimeouts() {
        add("timeout/a read's leaves writing alone", TimeoutChecks::readTimeout);
        add("timeout/a writer's leaves reading alone", TimeoutChecks::writeTimeout);
        add("timeout/one in the past", TimeoutChecks::pastTimeout);
        add("timeout/one set while waiting", TimeoutChecks::presentTimeout);
        add("timeout/one in the future", TimeoutChecks::futureTimeout);
        add("timeout/a cancelled read takes nothing", TimeoutChecks::cancelledReadTakesNothing);
        add("timeout/close ends what waits", CloseChecks.IMPATIENT, TimeoutChecks::closeEndsWaits);
    }

    private void addReads() {
        add("read/arguments are checked", ReadChecks::argumentsAreChecked);
        add("read/a second one is refused", ReadChecks::secondReadIsRefused);
        add("read/a line at the limit", ReadChecks.SMALL, ReadChecks::lineAtLimit);
        add("read/a line over the limit", ReadChecks.SMALL, ReadChecks::lineOverLimit);
        add("read/exactly many times the limit", ReadChecks.SMALL, ReadChecks::exactlyBeyondLimit);
        add("read/the separator that ends first", ReadChecks::separatorThatEndsFirst);
        add("read/the end of input", ReadChecks::endOfInput);
        add("read/the result is the caller's", ReadChecks::resultIsTheCallers);
        if (source.signalsAbort()) {
            add("read/bytes before a reset come first", ReadChecks::bytesBeforeReset);
            add("read/a reset ends one that waits", ReadChecks::resetEndsRead);
        }
    }

    private void addWrites() {
        add("write/nothing at all", WriteChecks::emptyWriteIsNothing);
        add("write/the array may be reused", WriteChecks::arrayMayBeReused);
        add("write/drain and flush wait for the peer", WriteChecks::drainWaitsForThePeer);
        add("write/after close throws", WriteChecks::writeAfterCloseThrows);
        add("write/to a peer that has closed fails", WriteChecks::peerClosed);
        add("write/a reset ends waits", WriteChecks::resetEndsWaits);
        add("write/an abort ends waits", WriteChecks::abortEndsWaits);
        add("write/waiters are independent", WriteChecks::waitersAreIndependent);
    }

    private void addCloses() {
        add("close/sends everything, and only once", CloseChecks::closeSendsEverything);
        add("close/while the peer talks", CloseChecks::closeWhileThePeerTalks);
        add("close/under a flood", CloseChecks::closeUnderAFlood);
        add("close/with unread input", CloseChecks::closeWithUnreadInput);
        add("close/becomes abort at its deadline", CloseChecks.IMPATIENT, CloseChecks::closeHasDeadline);
        if (source.signalsAbort()) {
            add("close/an abort is seen by the peer", CloseChecks::abortIsSeenByThePeer);
        }
        add("close/an abort ends the peer's input", CloseChecks::abortEndsThePeersInput);
        add("close/after a cancelled read", CloseChecks::closeAfterCancelledRead);
        add("close/one half at a time", CloseChecks::halfClose);
        add("close/a flood after the peer's FIN", CloseChecks::bulkReplyAfterFin);
    }

    private void add(String name, StreamCheck.Body body) {
        add(name, StreamLimits.DEFAULT, body);
    }

    private void add(String name, StreamLimits limits, StreamCheck.Body body) {
        checks.add(new StreamCheck(name, limits, source, body));
    }
}
