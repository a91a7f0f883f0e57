package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The accept loop over a server's connections. */
class AcceptedConnectionsTest {
    private final ManualLoop loop = new ManualLoop();
    private final AcceptedConnections accepted = new AcceptedConnections();

    private StreamConnection arrive() {
        MemoryPair pair = MemoryStreams.pair(loop);
        pair.far().serve(accepted, (connection, failure) -> {
            throw new AssertionError(failure);
        });
        loop.runReady();
        return pair.far();
    }

    @Test
    void accept_takesConnectionsInTheirOrder_whicheverSideWaits() {
        StreamConnection first = arrive();
        assertThat(Outcomes.value(accepted.accept())).isSameAs(first);
        CompletableFuture<StreamConnection> one = accepted.accept();
        CompletableFuture<StreamConnection> two = accepted.accept();
        assertThat(one).isNotDone();
        StreamConnection second = arrive();
        StreamConnection third = arrive();
        assertThat(Outcomes.value(one)).isSameAs(second);
        assertThat(Outcomes.value(two)).isSameAs(third);
    }

    @Test
    void cancelledAccept_takesNoConnection() {
        accepted.accept().cancel(false);
        CompletableFuture<StreamConnection> next = accepted.accept();
        StreamConnection connection = arrive();
        assertThat(Outcomes.value(next)).isSameAs(connection);
    }

    @Test
    void takenConnection_staysOpen_untilItIsClosed() {
        StreamConnection connection = arrive();
        Outcomes.value(accepted.accept());
        accepted.close();
        loop.runReady();
        assertThat(connection.writer().isClosing()).isFalse();
    }

    @Test
    void close_abortsWhatWaits_andWhatComesLater_andEndsTheCalls() {
        StreamConnection waiting = arrive();
        accepted.close();
        accepted.close();
        StreamConnection later = arrive();
        loop.runReady();
        for (StreamConnection each : List.of(waiting, later)) {
            CompletableFuture<Void> closed = each.waitClosed();
            loop.runReady();
            Outcomes.failure(StreamClosedException.class, closed);
        }
        Outcomes.failure(StreamClosedException.class, accepted.accept());
        Iterator<StreamConnection> iterator = accepted.iterator();
        assertThat(iterator.hasNext()).isFalse();
        assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
    }

    /** A server counts a conversation: peers that come and go while no code accepts must not fill the memory. */
    @Test
    void connectionThatItsPeerHasLeft_counts_untilItIsTaken() {
        MemoryPair pair = MemoryStreams.pair(loop);
        CompletableFuture<Void> conversation = pair.far().serve(accepted, (connection, failure) -> {});
        loop.runReady();
        pair.near().abort();
        loop.runReady();
        assertThat(conversation).isNotDone();
        assertThat(Outcomes.value(accepted.accept())).isSameAs(pair.far());
        loop.runReady();
        assertThat(conversation).isCompleted();
    }

    @Test
    void connectionsThatWait_endWithTheQueue_orWhenTheServerCancelsThem() {
        List<CompletableFuture<Void>> conversations = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            MemoryPair pair = MemoryStreams.pair(loop);
            conversations.add(pair.far().serve(accepted, (connection, failure) -> {}));
            loop.runReady();
            pair.near().abort();
        }
        loop.runReady();
        conversations.get(0).cancel(true);
        loop.runReady();
        assertThat(conversations.get(0)).isDone();
        assertThat(conversations.get(1)).isNotDone();
        accepted.close();
        loop.runReady();
        assertThat(conversations.get(1)).isCompleted();
    }

    @Test
    void close_endsAPendingAccept() {
        CompletableFuture<StreamConnection> pending = accepted.accept();
        accepted.close();
        Outcomes.failure(StreamClosedException.class, pending);
    }

    @Test
    void serversCallStart_andNotHandle() {
        assertThatThrownBy(() -> accepted.handle(null, null)).isInstanceOf(UnsupportedOperationException.class);
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void loopOverConnections_onEveryKindOfThread(ThreadKind kind) throws Exception {
        List<StreamConnection> arriving = List.of(arrive(), arrive());
        List<StreamConnection> seen = kind.run(pair -> {
            List<StreamConnection> taken = new ArrayList<>();
            for (StreamConnection connection : accepted) {
                taken.add(connection);
                if (taken.size() == 2) {
                    accepted.close();
                }
            }
            return taken;
        });
        assertThat(seen).isEqualTo(arriving);
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void interruptedIteration_takesNoConnection(ThreadKind kind) throws Exception {
        kind.run(pair -> {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> accepted.iterator().hasNext()).isInstanceOf(CancellationException.class);
            assertThat(Thread.interrupted()).isTrue();
            return null;
        });
        StreamConnection connection = arrive();
        assertThat(Outcomes.value(accepted.accept())).isSameAs(connection);
    }
}
