import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.kafka.common.utils.Exit;

/**
 * Runs Apache Kafka's command line tools one after the other in one JVM, for each of them takes a second to start. A line of
 * standard input is a class and its arguments, tab between them; a line of the answer is the exit code and, in base64, what the
 * tool printed.
 */
public class ToolRunner {
  /** Ends a tool where it wanted to end the JVM. */
  static class Exited extends RuntimeException {
    Exited() {
      super(null, null, false, false);
    }
  }

  /** The first one counts: some tools catch what they throw, and exit again. */
  private static Integer exitCode;

  private static void exit(int code) {
    if (exitCode == null) exitCode = code;
    throw new Exited();
  }

  public static void main(String[] args) throws Exception {
    PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    Exit.setExitProcedure((code, message) -> exit(code));
    Exit.setHaltProcedure((code, message) -> exit(code));
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] parts = line.split("\t");
      ByteArrayOutputStream printed = new ByteArrayOutputStream();
      PrintStream into = new PrintStream(printed, true, StandardCharsets.UTF_8);
      System.setOut(into);
      System.setErr(into);
      int code = run(parts);
      into.flush();
      answers.println("answer\t" + code + "\t" + Base64.getEncoder().encodeToString(printed.toByteArray()));
    }
    System.exit(0);
  }

  private static int run(String[] parts) {
    String[] toolArgs = java.util.Arrays.copyOfRange(parts, 1, parts.length);
    exitCode = null;
    try {
      Class.forName(parts[0]).getMethod("main", String[].class).invoke(null, (Object) toolArgs);
    } catch (java.lang.reflect.InvocationTargetException error) {
      if (exitCode == null) {
        error.getCause().printStackTrace();
        return 1;
      }
    } catch (ReflectiveOperationException error) {
      error.printStackTrace();
      return 1;
    }
    return exitCode == null ? 0 : exitCode;
  }
}
