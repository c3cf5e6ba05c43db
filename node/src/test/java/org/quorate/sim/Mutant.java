package org.quorate.sim;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/**
 * A broken variant of the node: some pieces of its source are replaced, compiled in memory, and run
 * by a class loader that prefers them. Production has no switch for it.
 */
record Mutant(String name, List<Patch> patches) {
  private static final Path SOURCES = Path.of("src", "main", "java");
  private static final String OURS = "org.quorate.";

  /**
   * A piece of a source file and what stands there instead.
   *
   * @param file its class, without {@code org.quorate.}
   * @param piece occurs exactly once
   */
  record Patch(String file, String piece, String instead) {
    String className() {
      return OURS + file;
    }

    String applyTo(String source) {
      int at = source.indexOf(piece);
      if (at < 0 || source.indexOf(piece, at + 1) >= 0) {
        throw new IllegalStateException(file + " must have this once: " + piece);
      }
      return source.substring(0, at) + instead + source.substring(at + piece.length());
    }
  }

  /** This variant, to be run. */
  static final class Runs {
    private final ClassLoader loader;
    private final Method run;
    private final Method problem;

    private Runs(ClassLoader loader) throws ReflectiveOperationException {
      this.loader = loader;
      run = loader.loadClass(Simulation.class.getName()).getDeclaredMethod("run", long.class);
      run.setAccessible(true);
      problem = run.getReturnType().getDeclaredMethod("problem");
      problem.setAccessible(true);
    }

    /** The problem that the run of a seed found, empty if none. */
    String problem(long seed) throws ReflectiveOperationException {
      return (String) problem.invoke(run.invoke(null, seed));
    }

    /** The first of the scenarios that fails, empty if none. */
    String failingScenario() throws ReflectiveOperationException {
      for (String of :
          List.of(
              RepairTest.class.getName(),
              ReturnTest.class.getName(),
              ElasticTest.class.getName(),
              BucketTest.class.getName(),
              "org.quorate.membership.ChainTest")) {
        String failing = failingScenario(of);
        if (!failing.isEmpty()) {
          return failing;
        }
      }
      return "";
    }

    private String failingScenario(String ofClass) throws ReflectiveOperationException {
      Class<?> scenarios = loader.loadClass(ofClass);
      Constructor<?> make = scenarios.getDeclaredConstructor();
      make.setAccessible(true);
      for (Method scenario : scenarios.getDeclaredMethods()) {
        if (scenario.isAnnotationPresent(Test.class)) {
          scenario.setAccessible(true);
          try {
            scenario.invoke(make.newInstance());
          } catch (InvocationTargetException e) {
            return scenario.getName();
          }
        }
      }
      return "";
    }
  }

  Runs compile() throws IOException, ReflectiveOperationException {
    return new Runs(new PatchedLoader(compiled()));
  }

  private Map<String, byte[]> compiled() throws IOException {
    Map<String, String> sources = new HashMap<>();
    for (Patch patch : patches) {
      Path path = SOURCES.resolve(patch.className().replace('.', '/') + ".java");
      String source = sources.getOrDefault(patch.className(), Files.readString(path));
      sources.put(patch.className(), patch.applyTo(source));
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager standard = compiler.getStandardFileManager(null, null, null)) {
      InMemory output = new InMemory(standard);
      List<Source> units =
          sources.entrySet().stream().map(e -> new Source(e.getKey(), e.getValue())).toList();
      List<String> options =
          List.of("-proc:none", "-nowarn", "-classpath", System.getProperty("java.class.path"));
      if (!compiler.getTask(messages, output, null, options, null, units).call()) {
        throw new IllegalStateException(name + " does not compile: " + messages);
      }
      return output.classes();
    }
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String className, String text) {
      super(URI.create("memory:///" + className.replace('.', '/') + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreErrors) {
      return text;
    }
  }

  private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> written = new HashMap<>();

    InMemory(JavaFileManager standard) {
      super(standard);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      written.put(className, bytes);
      return new SimpleJavaFileObject(URI.create("memory:///" + className), kind) {
        @Override
        public OutputStream openOutputStream() {
          return bytes;
        }
      };
    }

    Map<String, byte[]> classes() {
      Map<String, byte[]> classes = new HashMap<>();
      written.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
      return classes;
    }
  }

  /** Has classes of ours of its own, the patched ones and all others. */
  private static final class PatchedLoader extends ClassLoader {
    private final Map<String, byte[]> patched;

    PatchedLoader(Map<String, byte[]> patched) {
      super(Mutant.class.getClassLoader());
      this.patched = patched;
      setDefaultAssertionStatus(true);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      synchronized (getClassLoadingLock(name)) {
        Class<?> known = findLoadedClass(name);
        if (known != null || !name.startsWith(OURS)) {
          return known != null ? known : super.loadClass(name, resolve);
        }
        byte[] bytes = patched.containsKey(name) ? patched.get(name) : original(name);
        return defineClass(name, bytes, 0, bytes.length);
      }
    }

    private byte[] original(String name) throws ClassNotFoundException {
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        return in.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
