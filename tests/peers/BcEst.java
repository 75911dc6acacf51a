import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.FileReader;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.est.AttrOrOID;
import org.bouncycastle.asn1.est.CsrAttrs;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cms.CMSAbsentContent;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.util.CollectionStore;

/**
 * An EST server (RFC 7030) on BouncyCastle for one test: cacerts, csrattrs, simpleenroll by HTTP
 * Basic or Digest, simplereenroll by TLS client authentication. Arguments: a folder with chain.pem
 * (issuing CA first, root last), ca.key, tls.pem, tls.key; user; password; then name=value:
 * auth=basic|SHA-256|MD5, polls=N, retry=SECONDS, lines=0 (no line breaks in base64), chain=1
 * (answers hold the chain, too), shuffle=1 (the issued certificate is not the first), attributes=
 * OIDs or rsa:BITS, separated by commas. Prints "port N", then one line for each fact that a test
 * may check ("pop true").
 */
public class BcEst {
    private static final long NINETY_DAYS = 90L * 24 * 3600 * 1000;
    private static final String REALM = "BouncyCastle";
    private static final String OPAQUE = "b3BhcXVl";

    /** What was issued for a request, by the request's bytes: a repeated one gets the same. */
    private final Map<String, X509CertificateHolder> issued = new HashMap<>();
    private final Map<String, Integer> pollsLeft = new HashMap<>();
    private final Map<String, String> options = new HashMap<>();
    private final List<X509CertificateHolder> chain;
    private final PrivateKey caKey;
    private final String nonce = Long.toHexString(new SecureRandom().nextLong());
    private final String user;
    private final String password;

    BcEst(String folder, String user, String password) throws Exception {
        this.chain = certificates(folder + "/chain.pem");
        this.caKey = key(folder + "/ca.key");
        this.user = user;
        this.password = password;
    }

    public static void main(String[] args) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        BcEst server = new BcEst(args[0], args[1], args[2]);
        for (int i = 3; i < args.length; i++) {
            String[] option = args[i].split("=", 2);
            server.options.put(option[0], option[1]);
        }
        HttpsServer https =
                HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        https.setHttpsConfigurator(configurator(server.tls(args[0])));
        https.createContext("/.well-known/est/", server::serve);
        https.start();
        report("port", https.getAddress().getPort());
    }

    private static List<X509CertificateHolder> certificates(String file) throws IOException {
        List<X509CertificateHolder> found = new ArrayList<>();
        try (PEMParser parser = new PEMParser(new FileReader(file))) {
            for (Object one = parser.readObject(); one != null; one = parser.readObject()) {
                found.add((X509CertificateHolder) one);
            }
        }
        return found;
    }

    private static PrivateKey key(String file) throws IOException {
        try (PEMParser parser = new PEMParser(new FileReader(file))) {
            return new JcaPEMKeyConverter().getPrivateKey((PrivateKeyInfo) parser.readObject());
        }
    }

    private static void report(String what, Object value) {
        System.out.println(what + " " + value);
        System.out.flush();
    }

    // TLS: certificates of this CA are requested, and none is accepted as well

    private SSLContext tls(String folder) throws Exception {
        JcaX509CertificateConverter converter = new JcaX509CertificateConverter();
        List<Certificate> server = new ArrayList<>();
        for (X509CertificateHolder one : certificates(folder + "/tls.pem")) {
            server.add(converter.getCertificate(one));
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "tls", key(folder + "/tls.key"), new char[0], server.toArray(new Certificate[0]));
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, new char[0]);
        KeyStore anchors = KeyStore.getInstance("PKCS12");
        anchors.load(null, null);
        for (X509CertificateHolder one : chain) {
            anchors.setCertificateEntry(
                    one.getSerialNumber().toString(), converter.getCertificate(one));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(anchors);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static HttpsConfigurator configurator(SSLContext context) {
        return new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters wanted = getSSLContext().getDefaultSSLParameters();
                wanted.setWantClientAuth(true);
                parameters.setSSLParameters(wanted);
            }
        };
    }

    private static X509Certificate clientCertificate(HttpExchange exchange) {
        try {
            Certificate[] shown =
                    ((HttpsExchange) exchange).getSSLSession().getPeerCertificates();
            return (X509Certificate) shown[0];
        } catch (SSLPeerUnverifiedException none) {
            return null;
        }
    }

    // HTTP

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getPath();
            String operation = path.substring(path.lastIndexOf('/') + 1);
            report("request", exchange.getRequestMethod() + " " + operation);
            switch (operation) {
                case "cacerts":
                    send(exchange, certsOnly(chain), "application/pkcs7-mime");
                    break;
                case "csrattrs":
                    sendAttributes(exchange);
                    break;
                case "simpleenroll":
                    enroll(exchange, body);
                    break;
                case "simplereenroll":
                    reenroll(exchange, body);
                    break;
                default:
                    refuse(exchange, 501, "not implemented");
            }
        } catch (Exception failure) {
            failure.printStackTrace();
            exchange.sendResponseHeaders(500, -1);
        }
    }

    private void send(HttpExchange exchange, byte[] der, String type) throws IOException {
        boolean lines = !"0".equals(options.get("lines"));
        byte[] text = (lines ? Base64.getMimeEncoder() : Base64.getEncoder()).encode(der);
        exchange.getResponseHeaders().add("Content-Type", type);
        exchange.getResponseHeaders().add("Content-Transfer-Encoding", "base64");
        exchange.sendResponseHeaders(200, text.length);
        exchange.getResponseBody().write(text);
    }

    private static void refuse(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static byte[] certsOnly(List<X509CertificateHolder> certificates) throws Exception {
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addCertificates(new CollectionStore<>(certificates));
        return generator.generate(new CMSAbsentContent()).getEncoded();
    }

    private void sendAttributes(HttpExchange exchange) throws IOException {
        String wanted = options.getOrDefault("attributes", "");
        if (wanted.isEmpty()) {
            exchange.sendResponseHeaders(204, -1);
            return;
        }
        List<AttrOrOID> entries = new ArrayList<>();
        for (String one : wanted.split(",")) {
            entries.add(
                    one.startsWith("rsa:")
                            ? new AttrOrOID(rsaKey(Integer.parseInt(one.substring(4))))
                            : new AttrOrOID(new ASN1ObjectIdentifier(one)));
        }
        CsrAttrs attributes = new CsrAttrs(entries.toArray(new AttrOrOID[0]));
        send(exchange, attributes.getEncoded(), "application/csrattrs");
    }

    private static Attribute rsaKey(int bits) {
        return new Attribute(
                PKCSObjectIdentifiers.rsaEncryption, new DERSet(new ASN1Integer(bits)));
    }

    // Enrolment

    private void enroll(HttpExchange exchange, byte[] body) throws Exception {
        if (!authenticated(exchange)) {
            exchange.getResponseHeaders().add("WWW-Authenticate", challenge());
            refuse(exchange, 401, "user ID or password is wrong");
            return;
        }
        answer(exchange, new PKCS10CertificationRequest(Base64.getMimeDecoder().decode(body)));
    }

    private void reenroll(HttpExchange exchange, byte[] body) throws Exception {
        PKCS10CertificationRequest request =
                new PKCS10CertificationRequest(Base64.getMimeDecoder().decode(body));
        X509Certificate current = clientCertificate(exchange);
        report("client", current == null ? "none" : current.getSerialNumber().toString(16));
        if (current == null) {
            refuse(exchange, 403, "no client certificate");
            return;
        }
        X500Name subject = X500Name.getInstance(current.getSubjectX500Principal().getEncoded());
        if (!subject.equals(request.getSubject())) {
            refuse(exchange, 400, "the subject differs from the certificate's");
            return;
        }
        answer(exchange, request);
    }

    private void answer(HttpExchange exchange, PKCS10CertificationRequest request)
            throws Exception {
        boolean pop =
                request.isSignatureValid(
                        new JcaContentVerifierProviderBuilder()
                                .setProvider("BC")
                                .build(request.getSubjectPublicKeyInfo()));
        report("pop", pop);
        report("subject", request.getSubject());
        if (!pop) {
            refuse(exchange, 400, "the request's signature is wrong");
            return;
        }
        String name = Base64.getEncoder().encodeToString(request.getEncoded());
        int polls = Integer.parseInt(options.getOrDefault("polls", "0"));
        int left = pollsLeft.merge(name, polls, (before, ignored) -> before - 1);
        if (left > 0) {
            exchange.getResponseHeaders().add("Retry-After", options.getOrDefault("retry", "1"));
            exchange.sendResponseHeaders(202, -1);
            return;
        }
        report("again", issued.containsKey(name));
        if (!issued.containsKey(name)) {
            issued.put(name, certificateFor(request));
        }
        List<X509CertificateHolder> sent = new ArrayList<>(List.of(issued.get(name)));
        if ("1".equals(options.get("chain"))) {
            sent.addAll(chain);
        }
        if ("1".equals(options.get("shuffle"))) {
            Collections.reverse(sent);
        }
        send(exchange, certsOnly(sent), "application/pkcs7-mime; smime-type=certs-only");
    }

    private X509CertificateHolder certificateFor(PKCS10CertificationRequest request)
            throws Exception {
        Date now = new Date();
        X509v3CertificateBuilder builder =
                new X509v3CertificateBuilder(
                        chain.get(0).getSubject(), new BigInteger(127, new SecureRandom()),
                        new Date(now.getTime() - 60_000), new Date(now.getTime() + NINETY_DAYS),
                        request.getSubject(), request.getSubjectPublicKeyInfo());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        builder.addExtension(
                Extension.extendedKeyUsage, false,
                new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth));
        JcaX509ExtensionUtils utilities = new JcaX509ExtensionUtils();
        builder.addExtension(
                Extension.subjectKeyIdentifier, false,
                utilities.createSubjectKeyIdentifier(request.getSubjectPublicKeyInfo()));
        builder.addExtension(
                Extension.authorityKeyIdentifier, false,
                utilities.createAuthorityKeyIdentifier(chain.get(0)));
        String algorithm = caKey.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
        return builder.build(new JcaContentSignerBuilder(algorithm).build(caKey));
    }

    // HTTP authentication (RFC 7617, RFC 7616)

    private String scheme() {
        return options.getOrDefault("auth", "basic");
    }

    private String challenge() {
        if (scheme().equals("basic")) {
            return "Basic realm=\"" + REALM + "\", charset=\"UTF-8\"";
        }
        return String.format(
                "Digest realm=\"%s\", qop=\"auth\", algorithm=%s, nonce=\"%s\", opaque=\"%s\"",
                REALM, scheme(), nonce, OPAQUE);
    }

    private boolean authenticated(HttpExchange exchange) throws Exception {
        String sent = exchange.getRequestHeaders().getFirst("Authorization");
        if (sent == null) {
            report("authorization", "none");
            return false;
        }
        String kind = sent.split(" ", 2)[0];
        boolean right = kind.equalsIgnoreCase("Basic") ? basicFits(sent) : digestFits(exchange, sent);
        report("authorization", kind + " " + right);
        return right;
    }

    private boolean basicFits(String sent) {
        byte[] expected = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        byte[] got = Base64.getDecoder().decode(sent.substring("Basic ".length()).trim());
        return scheme().equals("basic") && MessageDigest.isEqual(expected, got);
    }

    private boolean digestFits(HttpExchange exchange, String sent) throws Exception {
        Map<String, String> fields = new HashMap<>();
        Matcher field = Pattern.compile("(\\w+)=(?:\"([^\"]*)\"|([^\\s,]+))").matcher(sent);
        while (field.find()) {
            fields.put(field.group(1), field.group(2) != null ? field.group(2) : field.group(3));
        }
        boolean ours =
                nonce.equals(fields.get("nonce")) && REALM.equals(fields.get("realm"))
                        && OPAQUE.equals(fields.get("opaque")) && "auth".equals(fields.get("qop"))
                        && user.equals(fields.get("username"))
                        && exchange.getRequestURI().toString().equals(fields.get("uri"));
        String a1 = hash(user + ":" + REALM + ":" + password);
        String a2 = hash(exchange.getRequestMethod() + ":" + fields.get("uri"));
        String expected =
                hash(String.join(
                        ":", a1, nonce, fields.get("nc"), fields.get("cnonce"), "auth", a2));
        return ours && expected.equals(fields.get("response"));
    }

    private String hash(String text) throws Exception {
        byte[] digest =
                MessageDigest.getInstance(scheme()).digest(text.getBytes(StandardCharsets.UTF_8));
        return String.format("%0" + 2 * digest.length + "x", new BigInteger(1, digest));
    }
}
