package org.quorate.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Imports run one way. */
class ImportRulesTest {
  private static final String ROOT = "org.quorate.";
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.quorate");

  private static final List<String> PACKAGES =
      List.of(
          "version",
          "ring",
          "runtime",
          "storage",
          "replica",
          "peer",
          "coordinator",
          "repair",
          "membership",
          "http");

  /** A package and all of ours that it may know. */
  private record Rule(String of, List<String> mayKnow) {}

  private static final List<Rule> RULES =
      List.of(
          new Rule("version", List.of()),
          new Rule("ring", List.of()),
          new Rule("runtime", List.of()),
          new Rule("storage", List.of("version", "runtime")),
          new Rule("replica", List.of("storage", "version", "ring", "runtime")),
          new Rule("peer", List.of("replica", "version", "ring", "runtime")),
          new Rule("coordinator", List.of("replica", "ring", "version", "runtime")),
          new Rule("repair", List.of("replica", "ring", "runtime", "storage", "version")),
          new Rule("membership", List.of("ring", "runtime")),
          new Rule("http", List.of("coordinator", "replica", "version", "runtime")));

  @TestFactory
  List<DynamicTest> eachPackageKnowsOnlyWhatItMay() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Rule rule : RULES) {
      String[] forbidden =
          PACKAGES.stream()
              .filter(name -> !name.equals(rule.of()) && !rule.mayKnow().contains(name))
              .map(name -> ROOT + name + "..")
              .toArray(String[]::new);
      tests.add(
          DynamicTest.dynamicTest(
              rule.of(),
              () -> {
                noClasses()
                    .that()
                    .resideInAPackage(ROOT + rule.of() + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(forbidden)
                    .check(CLASSES);
                noClasses()
                    .that()
                    .resideInAPackage(ROOT + rule.of() + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.quorate")
                    .check(CLASSES);
              }));
    }
    return tests;
  }

  @Test
  void chronicleAppearsInOneClass() {
    noClasses()
        .that()
        .doNotHaveSimpleName("LocationMap")
        .and()
        .doNotHaveSimpleName("Partition")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("net.openhft.chronicle..")
        .check(CLASSES);
  }

  @Test
  void coresAndFormatsKnowNothingOfVertx() {
    noClasses()
        .that()
        .resideInAnyPackage(ROOT + "version..", ROOT + "ring..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.vertx..")
        .check(CLASSES);
    for (String name :
        List.of("QuorumRead", "QuorumWrite", "ReplyBoard", "RecordFormat", "Segment", "Location")) {
      noClasses()
          .that()
          .haveSimpleName(name)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.vertx..")
          .check(CLASSES);
    }
  }

  @Test
  void vertxBeyondFuturesStaysInItsPackages() {
    noClasses()
        .that()
        .resideInAnyPackage(
            ROOT + "storage..", ROOT + "replica..", ROOT + "coordinator..", ROOT + "repair..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.vertx.core.net..", "io.vertx.core.http..", "io.vertx.core.json..", "io.vertx.ext..")
        .check(CLASSES);
  }

  @Test
  void valuesAreFinal() {
    classes()
        .that()
        .resideInAnyPackage(ROOT + "version..", ROOT + "ring..")
        .and()
        .areNotInterfaces()
        .and()
        .arePublic()
        .should()
        .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL)
        .check(CLASSES);
  }
}
