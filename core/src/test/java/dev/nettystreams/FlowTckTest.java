package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.testing.BackgroundLoop;
import dev.nettystreams.testing.MemoryOptions;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.reactivestreams.tck.flow.FlowSubscriberBlackboxVerification;
import org.reactivestreams.tck.flow.FlowSubscriberWhiteboxVerification;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.BeforeMethod;

/**
 * The rules of reactive streams, checked by their own suite (TCK), over connections in memory. R14, W10. The suite is
 * written for TestNG; here JUnit calls its methods, each on a new object, as TestNG does.
 */
class FlowTckTest {
    /** How long the suite waits for a signal that must come, and for one that must not. */
    private static final int TIMEOUT_MILLIS = 5000;

    private static final int SILENCE_MILLIS = 20;

    /** The suite looks for a failure after this time, and gives up, whatever its timeout, if there is none yet. */
    private static final int POLL_MILLIS = 500;

    private static final int BATCH = 1000;

    /** Rules about several subscribers, which are optional: a reader has one. */
    private static final Predicate<String> INAPPLICABLE = Pattern.compile(
                    "optional_spec111_(multicast|maySupportMultiSubscribe|registeredSubscribers).*")
            .asMatchPredicate();

    private static BackgroundLoop loop;

    @BeforeAll
    static void startLoop() {
        loop = new BackgroundLoop();
    }

    @AfterAll
    static void endLoop() {
        loop.close();
    }

    private static MemoryPair pair() {
        return MemoryStreams.pair(loop, StreamLimits.DEFAULT, MemoryOptions.DEFAULT);
    }

    private static TestEnvironment environment() {
        return new TestEnvironment(TIMEOUT_MILLIS, SILENCE_MILLIS, POLL_MILLIS);
    }

    /** A reader of as many bytes or lines as the suite asks for, and then EOF. */
    public abstract static class Publishing extends FlowPublisherVerification<byte[]> {
        Publishing() {
            super(environment());
        }

        abstract Flow.Publisher<byte[]> of(StreamReader reader);

        abstract byte[] element();

        @Override
        public Flow.Publisher<byte[]> createFlowPublisher(long elements) {
            MemoryPair pair = pair();
            StreamWriter far = pair.far().writer();
            AtomicLong rest = new AtomicLong(elements);
            pair.far()
                    .repeat(() -> {
                        for (int i = 0; i < BATCH && rest.getAndDecrement() > 0; i++) {
                            far.write(element());
                        }
                        return far.drain().thenApply(drained -> rest.get() > 0);
                    })
                    .thenRun(far::writeEof);
            return of(pair.near().reader());
        }

        /** It has had its subscriber. */
        @Override
        public Flow.Publisher<byte[]> createFailedFlowPublisher() {
            Flow.Publisher<byte[]> taken = createFlowPublisher(0);
            taken.subscribe(new Signals<byte[]>());
            return taken;
        }
    }

    public static final class PublishingChunks extends Publishing {
        @Override
        Flow.Publisher<byte[]> of(StreamReader reader) {
            return reader.asPublisher(1);
        }

        @Override
        byte[] element() {
            return new byte[] {'a'};
        }
    }

    public static final class PublishingLines extends Publishing {
        @Override
        Flow.Publisher<byte[]> of(StreamReader reader) {
            return reader.linePublisher();
        }

        @Override
        byte[] element() {
            return new byte[] {'a', '\n'};
        }
    }

    /** A writer whose peer reads all. */
    private static WriterSubscriber subscriber() {
        MemoryPair pair = pair();
        pair.far().reader().readAll(BATCH);
        return pair.near().writer().asSubscriber();
    }

    public static final class SubscribingBlackBox extends FlowSubscriberBlackboxVerification<byte[]> {
        public SubscribingBlackBox() {
            super(environment());
        }

        @Override
        public Flow.Subscriber<byte[]> createFlowSubscriber() {
            return subscriber();
        }

        @Override
        public byte[] createElement(int element) {
            return new byte[] {(byte) element};
        }
    }

    /** The suite sees the signals that arrive, and asks for elements by itself. */
    public static final class SubscribingWhiteBox extends FlowSubscriberWhiteboxVerification<byte[]> {
        public SubscribingWhiteBox() {
            super(environment());
        }

        @Override
        protected Flow.Subscriber<byte[]> createFlowSubscriber(WhiteboxSubscriberProbe<byte[]> probe) {
            return new Probed(subscriber(), probe);
        }

        @Override
        public byte[] createElement(int element) {
            return new byte[] {(byte) element};
        }

        /** Passes each signal on, and then tells the suite. */
        private record Probed(WriterSubscriber target, WhiteboxSubscriberProbe<byte[]> probe)
                implements Flow.Subscriber<byte[]> {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                target.onSubscribe(subscription);
                probe.registerOnSubscribe(new SubscriberPuppet() {
                    @Override
                    public void triggerRequest(long elements) {
                        // The subscriber requests the next element when it has written the last one.
                    }

                    @Override
                    public void signalCancel() {
                        target.completion().cancel(false);
                    }
                });
            }

            @Override
            public void onNext(byte[] bytes) {
                target.onNext(bytes);
                probe.registerOnNext(bytes);
            }

            @Override
            public void onError(Throwable failure) {
                target.onError(failure);
                probe.registerOnError(failure);
            }

            @Override
            public void onComplete() {
                target.onComplete();
                probe.registerOnComplete();
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> chunks() {
        return rules(PublishingChunks::new);
    }

    @TestFactory
    Stream<DynamicTest> lines() {
        return rules(PublishingLines::new);
    }

    @TestFactory
    Stream<DynamicTest> writer() {
        return rules(SubscribingBlackBox::new);
    }

    @TestFactory
    Stream<DynamicTest> writerFromWithin() {
        return rules(SubscribingWhiteBox::new);
    }

    /** One test for each rule of a verification that is required or applies here. */
    private static Stream<DynamicTest> rules(Callable<?> verification) {
        List<Method> rules = methods(verification, org.testng.annotations.Test.class)
                .filter(rule -> !rule.getName().startsWith("untested_")) // these cannot be tested
                .filter(rule -> !INAPPLICABLE.test(rule.getName()))
                .sorted(Comparator.comparing(Method::getName))
                .toList();
        assertThat(rules).hasSizeGreaterThan(8);
        return rules.stream().map(rule -> DynamicTest.dynamicTest(rule.getName(), () -> check(verification, rule)));
    }

    private static Stream<Method> methods(Callable<?> verification, Class<? extends Annotation> annotation) {
        try {
            return Arrays.stream(verification.call().getClass().getMethods())
                    .filter(method -> method.isAnnotationPresent(annotation));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void check(Callable<?> verification, Method rule) throws Throwable {
        Object suite = verification.call();
        try {
            invokeAll(verification, BeforeClass.class, suite);
            invokeAll(verification, BeforeMethod.class, suite);
            rule.invoke(suite);
        } catch (InvocationTargetException e) {
            throw e.getCause(); // a rule that the suite skips is no rule that holds
        } finally {
            invokeAll(verification, AfterClass.class, suite);
        }
    }

    private static void invokeAll(Callable<?> verification, Class<? extends Annotation> annotation, Object suite)
            throws Exception {
        for (Method each : methods(verification, annotation).toList()) {
            each.invoke(suite);
        }
    }
}
