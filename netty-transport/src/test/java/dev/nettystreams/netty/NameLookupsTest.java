package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** S7: no name waits for another. */
class NameLookupsTest {
    private final CountDownLatch mayGoOn = new CountDownLatch(1);
    private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    private final NameLookups lookups = new NameLookups(this::resolve);

    /** Blocks, as if the name server did not answer, if the name says so. */
    private InetAddress[] resolve(String name) throws UnknownHostException {
        asked.add(name);
        if (name.startsWith("slow")) {
            try {
                mayGoOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (name.endsWith(".unknown")) {
            throw new UnknownHostException(name);
        }
        return new InetAddress[] {InetAddress.getLoopbackAddress()};
    }

    @AfterEach
    void letGo() {
        mayGoOn.countDown();
    }

    @Test
    void slowNames_howeverMany_holdUpNoOther() throws Exception {
        List<CompletableFuture<List<InetAddress>>> slow = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            slow.add(lookups.lookUp("slow" + i));
        }
        assertThat(get(lookups.lookUp("quick"))).hasSize(1);
        assertThat(slow).noneMatch(CompletableFuture::isDone);
        mayGoOn.countDown();
        for (CompletableFuture<List<InetAddress>> each : slow) {
            assertThat(get(each)).hasSize(1);
        }
    }

    @Test
    void oneName_isLookedUpOnce_forAllWhoAskMeanwhile_andAnewAfterwards() throws Exception {
        CompletableFuture<List<InetAddress>> cancelled = lookups.lookUp("slow");
        CompletableFuture<List<InetAddress>> first = lookups.lookUp("slow");
        CompletableFuture<List<InetAddress>> second = lookups.lookUp("slow");
        assertThat(cancelled.cancel(false)).isTrue();
        assertThat(first.completeExceptionally(new IllegalStateException("given up")))
                .isTrue();
        mayGoOn.countDown();
        assertThat(get(second)).hasSize(1);
        assertThat(asked).containsExactly("slow");
        assertThat(get(lookups.lookUp("slow"))).hasSize(1);
        assertThat(asked).containsExactly("slow", "slow");
    }

    @Test
    void failure_isToldToAllWhoAsked() throws Exception {
        CompletableFuture<List<InetAddress>> first = lookups.lookUp("slow.unknown");
        CompletableFuture<List<InetAddress>> second = lookups.lookUp("slow.unknown");
        mayGoOn.countDown();
        assertThat(failureOf(first)).isInstanceOf(UnknownHostException.class);
        assertThat(failureOf(second)).isInstanceOf(UnknownHostException.class);
    }

    @Test
    void nameThatIsNotAscii_isEncodedFirst() throws Exception {
        get(lookups.lookUp("b\u00fccher.example"));
        get(lookups.lookUp("under_score.example"));
        assertThat(asked).containsExactly("xn--bcher-kva.example", "under_score.example");
        assertThat(failureOf(lookups.lookUp("\u00fc" + "x".repeat(80))))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("IDNA");
    }
}
