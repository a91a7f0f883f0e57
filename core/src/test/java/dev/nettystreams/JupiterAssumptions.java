package dev.nettystreams;

import org.assertj.core.configuration.Configuration;
import org.assertj.core.configuration.PreferredAssumptionException;

/**
 * An assumption of AssertJ that does not hold skips the test. TestNG is on the class path for the suite of reactive
 * streams, and AssertJ would prefer its exception, which JUnit reports as an error.
 */
public final class JupiterAssumptions extends Configuration {
    /** Created by the service loader. */
    public JupiterAssumptions() {
        setPreferredAssumptionException(PreferredAssumptionException.JUNIT5);
    }

    /** Only applies: standard output is the tests' own. */
    @Override
    public void applyAndDisplay() {
        apply();
    }
}
