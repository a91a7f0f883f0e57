package dev.nettystreams.support;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaFieldAccess.AccessType;
import com.tngtech.archunit.core.domain.JavaMethod;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A method whose name asks only asks: no method called is, has, may, can or are assigns a field, changes a collection
 * or an atomic, or calls one of ours that does.
 */
public final class AskingRule {
    private static final Pattern ASKS = Pattern.compile("(is|has|may|can|are)[A-Z].*");

    /** Of the JDK's and Netty's types that hold state. */
    private static final Pattern CHANGES = Pattern.compile("(set|lazySet|getAnd|compareAnd|weakCompareAnd|increment|"
            + "decrement|add|offer|put|remove|poll|push|pop|clear|take|complete|cancel|execute|schedule|submit|"
            + "interrupt|start|close|write|flush|run|accept|call).*");

    private final JavaClasses classes;
    private final Set<String> caches;
    private final Map<JavaCodeUnit, Optional<String>> changes = new HashMap<>();

    private AskingRule(JavaClasses classes, Set<String> caches) {
        this.classes = classes;
        this.caches = caches;
    }

    /**
     * Returns a line for each method that breaks the rule.
     *
     * @param asked the classes whose methods are looked at
     * @param classes the classes into which calls are followed, {@code asked} among them
     * @param caches full names of fields that remember an answer, and change none
     */
    public static List<String> violations(JavaClasses asked, JavaClasses classes, Set<String> caches) {
        AskingRule rule = new AskingRule(classes, caches);
        return asked.stream()
                .flatMap(each -> each.getMethods().stream())
                .filter(AskingRule::asks)
                .flatMap(method -> rule.changeIn(method).stream().map(change -> method.getFullName() + ": " + change))
                .sorted()
                .toList();
    }

    /** A change that a method makes, or one of ours that it calls. */
    private Optional<String> changeIn(JavaCodeUnit unit) {
        Optional<String> known = changes.putIfAbsent(unit, Optional.empty()); // which ends a recursion
        if (known != null) {
            return known;
        }
        Optional<String> change = ownChange(unit)
                .or(() -> unit.getCallsFromSelf().stream()
                        .flatMap(call -> call.getTarget().resolveMember().stream())
                        .filter(callee -> !callee.isConstructor()
                                && classes.contain(callee.getOwner().getName()))
                        .flatMap(callee -> changeIn(callee).stream())
                        .findFirst());
        changes.put(unit, change);
        return change;
    }

    private Optional<String> ownChange(JavaCodeUnit unit) {
        return Stream.concat(
                        unit.getFieldAccesses().stream()
                                .filter(access -> access.getAccessType() == AccessType.SET
                                        && !caches.contains(access.getTarget().getFullName())),
                        unit.getCallsFromSelf().stream()
                                .filter(call -> holdsState(
                                                call.getTarget().getOwner().getName())
                                        && CHANGES.matcher(call.getTarget().getName())
                                                .matches()))
                .map(JavaAccess::getDescription)
                .findFirst();
    }

    private static boolean asks(JavaMethod method) {
        boolean isOfTheJdk =
                method.getName().equals("hasNext") && method.getOwner().isAssignableTo(Iterator.class);
        return !isOfTheJdk
                && ASKS.matcher(method.getName()).matches()
                && method.getRawReturnType().getName().equals("boolean");
    }

    private static boolean holdsState(String type) {
        return type.equals("java.lang.Runnable")
                || type.startsWith("java.util.")
                || type.startsWith("io.netty.")
                || type.startsWith("java.lang.invoke.VarHandle")
                || type.equals("java.lang.Thread");
    }
}
