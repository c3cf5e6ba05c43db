import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import net.openhft.chronicle.hash.VanillaGlobalMutableState;
import net.openhft.chronicle.values.ValueModel;

/**
 * Compiles, at build time, the one class that Chronicle Map would otherwise generate and compile at
 * each start of a node, which takes 0.7 s. Chronicle looks for a class of that name first.
 *
 * <p>Arguments: the directory for classes, and one for the source.
 */
final class PrecompileValues {
  public static void main(String[] args) throws Exception {
    ValueModel model = ValueModel.acquire(VanillaGlobalMutableState.class);
    String name = "VanillaGlobalMutableState$$Native";
    Method generate =
        Class.forName("net.openhft.chronicle.values.Generators")
            .getDeclaredMethod("generateNativeClass", ValueModel.class, String.class);
    generate.setAccessible(true);
    Path source = Path.of(args[1]).resolve(name + ".java");
    Files.createDirectories(source.getParent());
    Files.writeString(source, (String) generate.invoke(null, model, name));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options = List.of("--release", "17", "-nowarn", "-d", args[0]);
      boolean done =
          compiler
              .getTask(null, files, null, options, null, files.getJavaFileObjects(source))
              .call();
      if (!done) {
        throw new IllegalStateException("not compiled: " + source);
      }
    }
  }
}
