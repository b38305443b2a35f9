// Reads ontologies with the OWL API, as Protégé does, and says for each whether it is in OWL 2 DL and EL.
// usage: java -cp JARS OwlCheck.java FILE...

import java.io.File;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.io.FileDocumentSource;
import org.semanticweb.owlapi.model.*;
import org.semanticweb.owlapi.profiles.*;

public class OwlCheck {
  public static void main(String[] files) throws Exception {
    for (String file : files) {
      OWLOntologyManager manager = OWLManager.createOWLOntologyManager();
      OWLOntologyLoaderConfiguration alone = new OWLOntologyLoaderConfiguration()
          .setMissingImportHandlingStrategy(MissingImportHandlingStrategy.SILENT)
          .setFollowRedirects(false);
      manager.getIRIMappers().add((OWLOntologyIRIMapper) iri -> IRI.create("file:///nowhere"));
      OWLOntology read = manager.loadOntologyFromOntologyDocument(new FileDocumentSource(new File(file)), alone);
      System.out.printf("%s: %d axioms, %d classes%n", file, read.getAxiomCount(), read.classesInSignature().count());
      for (Profiles profile : new Profiles[] {Profiles.OWL2_DL, Profiles.OWL2_EL}) {
        OWLProfileReport report = profile.checkOntology(read);
        System.out.println("  " + profile + (report.isInProfile() ? " ok" : " broken"));
        for (OWLProfileViolation violation : report.getViolations()) {
          System.out.println("    " + violation.toString().replaceAll("\\s+", " "));
        }
      }
    }
  }
}
