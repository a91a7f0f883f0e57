package dev.nettystreams.testing;

import dev.nettystreams.StreamLimits;
import java.util.ArrayList;
import java.util.List;

/**
 * The conformance suite: the contract of the streams over any transport, as plain functions.
 *
 * <p>With JUnit: {@code StreamChecks.all(source).stream().map(check -> dynamicTest(check.name(), check::run))}. Each
 * check uses a new pair and waits with a deadline. It concludes that nothing happened from the order of events, never
 * from the clock.
 */
public final class StreamChecks {
    private final PairSource source;
    private final List<StreamCheck> checks = new ArrayList<>();

    private StreamChecks(PairSource source) {
        this.source = source;
    }

    /**
     * Returns every check.
     *
     * @param source connects the pairs to check
     * @return the checks; they may run in any order
     */
    public static List<StreamCheck> all(PairSource source) {
        List<StreamCheck> all = new ArrayList<>(concurrent(source));
        all.addAll(sequential(source));
        return List.copyOf(all);
    }

    /**
     * Returns the checks in which threads race; run them many times.
     *
     * @param source connects the pairs to check
     * @return a part of {@link #all all}
     */
    public static List<StreamCheck> concurrent(PairSource source) {
        StreamChecks suite = new StreamChecks(source);
        suite.add("traffic/racing readers consume each byte once", TrafficChecks::racyRead);
        suite.add("traffic/racing writers each keep their order", TrafficChecks::racyWrite);
        suite.add("traffic/any thread may call any method", TrafficChecks::concurrentMethods);
        suite.add("timeout/cancelling a read races with arriving bytes", TimeoutChecks::cancelRacesArrival);
        suite.add("close/both ends close at once", CloseChecks::bothClose);
        return suite.checks;
    }

    private static List<StreamCheck> sequential(PairSource source) {
        StreamChecks suite = new StreamChecks(source);
        suite.addTraffic();
        suite.addTimeouts();
        suite.addReads();
        suite.addViews();
        suite.addBorrows();
        suite.addWrites();
        suite.addFiles();
        suite.addCloses();
        suite.addMetrics();
        return suite.checks;
    }

    private void addTraffic() {
        add("traffic/1 MiB there and back, then EOF", TrafficChecks::basicIo);
        add("traffic/1000 round trips", TrafficChecks::pingPong);
        add("traffic/both directions at once", TrafficChecks::fullDuplex);
        add("traffic/a relay echoes more than the connection holds", TrafficChecks::bulkEcho);
    }

    private void addTimeouts() {
        add("timeout/a read timeout does not affect writing", TimeoutChecks::readTimeout);
        add("timeout/a drain timeout does not affect reading", TimeoutChecks::writeTimeout);
        add("timeout/a timeout in the past expires at once", TimeoutChecks::pastTimeout);
        add("timeout/a timeout set on a pending operation", TimeoutChecks::presentTimeout);
        add("timeout/a timeout set before the operation waits", TimeoutChecks::futureTimeout);
        add("timeout/a cancelled read consumes no bytes", TimeoutChecks::cancelledReadTakesNothing);
        add("timeout/close ends pending operations", CloseChecks.IMPATIENT, TimeoutChecks::closeEndsWaits);
    }

    private void addReads() {
        add("read/arguments are checked", ReadChecks::argumentsAreChecked);
        add("read/a second read is refused", ReadChecks::secondReadIsRefused);
        add("read/a line at the limit", ReadChecks.SMALL, ReadChecks::lineAtLimit);
        add("read/a line over the limit", ReadChecks.SMALL, ReadChecks::lineOverLimit);
        add("read/readExactly of many times the limit", ReadChecks.SMALL, ReadChecks::exactlyBeyondLimit);
        add("read/the separator that ends first wins", ReadChecks::separatorThatEndsFirst);
        add("read/the end of input", ReadChecks::endOfInput);
        add("read/the result belongs to the caller", ReadChecks::resultIsTheCallers);
        if (source.signalsAbort()) {
            add("read/bytes before a reset are read first", ReadChecks::bytesBeforeReset);
            add("read/a reset ends a pending read", ReadChecks::resetEndsRead);
        }
    }

    private void addViews() {
        add("view/no chunk cuts a line or a character of text", ViewChecks::text);
        add("view/malformed text keeps its bytes", ViewChecks::malformedText);
        add("view/numbers in both byte orders", ViewChecks::numbers);
        add("view/the streams of java.io carry more than the connection holds", ViewChecks::javaStreams);
    }

    private void addBorrows() {
        add("borrow/an echo of borrowed bytes", BorrowChecks::echo);
        add("borrow/borrowed bytes stay as they are until they are closed", BorrowChecks::kept);
        add("borrow/bytes that were closed or written are refused", BorrowChecks::ended);
        add("borrow/a cancelled borrow consumes no bytes", BorrowChecks::cancelledBorrow);
        add("borrow/a refused write closes the bytes", BorrowChecks::refusedWrite);
    }

    private void addWrites() {
        add("write/an empty write has no effect", WriteChecks::emptyWriteIsNothing);
        add("write/the caller may reuse the array", WriteChecks::arrayMayBeReused);
        add("write/drain and flush wait for the peer", WriteChecks::drainWaitsForThePeer);
        add("write/a lowered high mark applies to the buffered bytes", WriteChecks::loweredMarksHoldWriters);
        add("write/a raised low mark ends the waits of drain", WriteChecks::raisedMarksEndWaits);
        add("write/a write after close throws", WriteChecks::writeAfterCloseThrows);
        add("write/drain and flush fail after the peer has closed", WriteChecks::peerClosed);
        add("write/a reset ends pending waits", WriteChecks::resetEndsWaits);
        add("write/an abort ends pending waits", WriteChecks::abortEndsWaits);
        add("write/waiters are independent", WriteChecks::waitersAreIndependent);
    }

    private void addFiles() {
        add("file/a file is sent behind earlier writes", FileChecks::sentBehindEarlierWrites);
        add("file/a file counts into the write buffer", FileChecks::countsIntoTheWriteBuffer);
        add("file/a file that shrinks is an error with counts", FileChecks::shrinkingFile);
        add("file/a cancel stops between two pieces", FileChecks::cancelStopsBetweenPieces);
        add("file/close sends the file first", FileChecks::closeSendsTheFileFirst);
    }

    private void addCloses() {
        add("close/close sends everything and may be called twice", CloseChecks::closeSendsEverything);
        add("close/every byte arrives while the peer is sending", CloseChecks::closeWhileThePeerTalks);
        add("close/every byte arrives despite a flood from the peer", CloseChecks::closeUnderAFlood);
        add("close/unread input stays readable", CloseChecks::closeWithUnreadInput);
        add("close/close becomes an abort at its timeout", CloseChecks.IMPATIENT, CloseChecks::closeHasDeadline);
        if (source.signalsAbort()) {
            add("close/the peer sees an abort", CloseChecks::abortIsSeenByThePeer);
        }
        add("close/an abort ends the peer's input", CloseChecks::abortEndsThePeersInput);
        add("close/close works after a cancelled read", CloseChecks::closeAfterCancelledRead);
        add("close/each half can be closed alone", CloseChecks::halfClose);
        add("close/a large reply arrives after the peer's FIN", CloseChecks::bulkReplyAfterFin);
    }

    private void addMetrics() {
        add("metrics/every byte counts once", MetricsChecks::everyByteCounts);
        add("metrics/the counts are final at the end", MetricsChecks::countsAreFinalAtTheEnd);
        add("metrics/pauses and waits count", MetricsChecks::waitsCount);
        add("metrics/no count falls", MetricsChecks::countsNeverFall);
    }

    private void add(String name, StreamCheck.Body body) {
        add(name, StreamLimits.DEFAULT, body);
    }

    private void add(String name, StreamLimits limits, StreamCheck.Body body) {
        checks.add(new StreamCheck(name, limits, source, body));
    }
}
