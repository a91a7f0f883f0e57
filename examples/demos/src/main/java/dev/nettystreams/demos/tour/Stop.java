package dev.nettystreams.demos.tour;

/** One stop of the tour: shows one capability with real connections, and fails if it does not work. */
interface Stop {
    String title();

    /** Shows the capability; throws if it does not work. */
    void show(Guide guide) throws Exception;
}
