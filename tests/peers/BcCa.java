import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.FileReader;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Security;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.cmp.CMPCertificate;
import org.bouncycastle.asn1.cmp.CMPObjectIdentifiers;
import org.bouncycastle.asn1.cmp.CertConfirmContent;
import org.bouncycastle.asn1.cmp.CertOrEncCert;
import org.bouncycastle.asn1.cmp.CertRepMessage;
import org.bouncycastle.asn1.cmp.CertResponse;
import org.bouncycastle.asn1.cmp.CertifiedKeyPair;
import org.bouncycastle.asn1.cmp.ErrorMsgContent;
import org.bouncycastle.asn1.cmp.InfoTypeAndValue;
import org.bouncycastle.asn1.cmp.PKIBody;
import org.bouncycastle.asn1.cmp.PKIFailureInfo;
import org.bouncycastle.asn1.cmp.PKIFreeText;
import org.bouncycastle.asn1.cmp.PKIHeader;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.asn1.cmp.PKIStatusInfo;
import org.bouncycastle.asn1.cmp.PollRepContent;
import org.bouncycastle.asn1.cmp.RevRepContentBuilder;
import org.bouncycastle.asn1.cmp.RevReqContent;
import org.bouncycastle.asn1.crmf.CertReqMessages;
import org.bouncycastle.asn1.crmf.CertTemplate;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PBMAC1Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.cmp.CertificateConfirmationContent;
import org.bouncycastle.cert.cmp.CertificateStatus;
import org.bouncycastle.cert.cmp.GeneralPKIMessage;
import org.bouncycastle.cert.cmp.ProtectedPKIMessage;
import org.bouncycastle.cert.cmp.ProtectedPKIMessageBuilder;
import org.bouncycastle.cert.crmf.CertificateRequestMessage;
import org.bouncycastle.cert.crmf.PKMACBuilder;
import org.bouncycastle.cert.crmf.jcajce.JcePKMACValuesCalculator;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.ContentVerifierProvider;
import org.bouncycastle.operator.GenericKey;
import org.bouncycastle.operator.MacCalculator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.pkcs.jcajce.JcePBMac1CalculatorBuilder;
import org.bouncycastle.pkcs.jcajce.JcePBMac1CalculatorProviderBuilder;

/**
 * A CMP CA on BouncyCastle for one test: ir, cr and kur, PBM, PBMAC1 and signatures, waiting,
 * certConf and rr. Arguments: ca.pem ca.key secret polls algorithm (JCA's name of the signature).
 * Prints "port N", then one line for each fact that a test may check ("pop true").
 */
public class BcCa {
    private static final ASN1ObjectIdentifier PBMAC1 =
            new ASN1ObjectIdentifier("1.2.840.113549.1.5.14");
    private static final ASN1ObjectIdentifier OLD_CERT_ID =
            new ASN1ObjectIdentifier("1.3.6.1.5.5.7.5.1.5");
    private static final long NINETY_DAYS = 90L * 24 * 3600 * 1000;

    /** The state of a transaction between its messages. */
    private static final class Enrollment {
        final X509CertificateHolder certificate;
        final int replyType;
        int pollsLeft;

        Enrollment(X509CertificateHolder certificate, int replyType, int pollsLeft) {
            this.certificate = certificate;
            this.replyType = replyType;
            this.pollsLeft = pollsLeft;
        }
    }

    private final Map<String, Enrollment> enrollments = new HashMap<>();
    private final X509CertificateHolder ca;
    private final PrivateKey caKey;
    private final char[] secret;
    private final int polls;
    private final String algorithm;

    BcCa(
            X509CertificateHolder ca,
            PrivateKey caKey,
            char[] secret,
            int polls,
            String algorithm) {
        this.ca = ca;
        this.caKey = caKey;
        this.secret = secret;
        this.polls = polls;
        this.algorithm = algorithm;
    }

    public static void main(String[] args) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        JcaPEMKeyConverter converter = new JcaPEMKeyConverter().setProvider("BC");
        PrivateKey key = converter.getPrivateKey((PrivateKeyInfo) pem(args[1]));
        BcCa server =
                new BcCa((X509CertificateHolder) pem(args[0]), key, args[2].toCharArray(),
                        Integer.parseInt(args[3]), args[4]);
        HttpServer http =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/", server::serve);
        http.start();
        report("port", http.getAddress().getPort());
    }

    private static Object pem(String file) throws IOException {
        try (PEMParser parser = new PEMParser(new FileReader(file))) {
            return parser.readObject();
        }
    }

    private static void report(String what, Object value) {
        System.out.println(what + " " + value);
        System.out.flush();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] answer = handle(exchange.getRequestBody().readAllBytes());
            exchange.getResponseHeaders().add("Content-Type", "application/pkixcmp");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        } catch (Exception failure) {
            failure.printStackTrace();
            exchange.sendResponseHeaders(500, -1);
        }
    }

    private byte[] handle(byte[] request) throws Exception {
        GeneralPKIMessage general = new GeneralPKIMessage(request);
        ProtectedPKIMessage message = new ProtectedPKIMessage(general);
        int type = general.getBody().getType();
        report("protection", type + " " + protectionHolds(message));
        if (!protectionHolds(message)) {
            return reply(message, error("bad protection", PKIFailureInfo.badMessageCheck));
        }
        Enrollment enrollment = enrollments.get(transaction(message));
        switch (type) {
            case PKIBody.TYPE_INIT_REQ:
            case PKIBody.TYPE_CERT_REQ:
            case PKIBody.TYPE_KEY_UPDATE_REQ:
                return reply(message, issue(message, type));
            case PKIBody.TYPE_POLL_REQ:
                return reply(message, poll(enrollment));
            case PKIBody.TYPE_CERT_CONFIRM:
                return reply(message, confirm(message, enrollment));
            case PKIBody.TYPE_REVOCATION_REQ:
                return reply(message, revoke(message));
            default:
                throw new IOException("type " + type);
        }
    }

    private static String transaction(ProtectedPKIMessage message) {
        return message.getHeader().getTransactionID().toString();
    }

    private static ASN1ObjectIdentifier protectionAlgorithm(ProtectedPKIMessage message) {
        return message.getHeader().getProtectionAlg().getAlgorithm();
    }

    private boolean protectionHolds(ProtectedPKIMessage message) throws Exception {
        if (PBMAC1.equals(protectionAlgorithm(message))) {
            return message.verify(new JcePBMac1CalculatorProviderBuilder().build(), secret);
        }
        if (message.hasPasswordBasedMacProtection()) {
            return message.verify(new PKMACBuilder(new JcePKMACValuesCalculator()), secret);
        }
        X509CertificateHolder signer = message.getCertificates()[0];
        return message.verify(verifier(signer)) && signer.isSignatureValid(verifier(ca));
    }

    private static ContentVerifierProvider verifier(X509CertificateHolder signer) throws Exception {
        return new JcaContentVerifierProviderBuilder().setProvider("BC").build(signer);
    }

    private PKIBody issue(ProtectedPKIMessage message, int type) throws Exception {
        CertReqMessages requests = CertReqMessages.getInstance(message.getBody().getContent());
        CertificateRequestMessage request =
                new CertificateRequestMessage(requests.toCertReqMsgArray()[0]);
        CertTemplate template = request.getCertTemplate();
        boolean pop =
                request.isValidSigningKeyPOP(
                        new JcaContentVerifierProviderBuilder()
                                .setProvider("BC")
                                .build(template.getPublicKey()));
        report("pop", pop);
        report("subject", template.getSubject());
        report("oldCertID", request.hasControl(OLD_CERT_ID));
        if (!pop) {
            return error("bad proof of possession", PKIFailureInfo.badPOP);
        }
        Enrollment enrollment = new Enrollment(certificateFor(template), type + 1, polls);
        enrollments.put(transaction(message), enrollment);
        return certificateReply(enrollment, polls > 0);
    }

    private X509CertificateHolder certificateFor(CertTemplate template) throws Exception {
        Date now = new Date();
        X509v3CertificateBuilder builder =
                new X509v3CertificateBuilder(
                        ca.getSubject(), new BigInteger(127, new SecureRandom()),
                        now, new Date(now.getTime() + NINETY_DAYS),
                        template.getSubject(), template.getPublicKey());
        builder.addExtension(
                Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        builder.addExtension(
                Extension.extendedKeyUsage, false,
                new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth));
        builder.addExtension(
                Extension.subjectKeyIdentifier, false,
                new JcaX509ExtensionUtils().createSubjectKeyIdentifier(template.getPublicKey()));
        return builder.build(caSigner());
    }

    private ContentSigner caSigner() throws Exception {
        return new JcaContentSignerBuilder(algorithm).setProvider("BC").build(caKey);
    }

    private static PKIBody certificateReply(Enrollment enrollment, boolean waiting) {
        ASN1Integer id = new ASN1Integer(0);
        CertResponse response =
                waiting
                        ? new CertResponse(id, new PKIStatusInfo(PKIStatus.waiting))
                        : new CertResponse(
                                id, new PKIStatusInfo(PKIStatus.granted), keyPairFor(enrollment), null);
        return new PKIBody(
                enrollment.replyType, new CertRepMessage(null, new CertResponse[] {response}));
    }

    private static CertifiedKeyPair keyPairFor(Enrollment enrollment) {
        return new CertifiedKeyPair(
                new CertOrEncCert(new CMPCertificate(enrollment.certificate.toASN1Structure())));
    }

    private static PKIBody poll(Enrollment enrollment) {
        enrollment.pollsLeft -= 1;
        if (enrollment.pollsLeft > 0) {
            ASN1Integer oneSecond = new ASN1Integer(1);
            return new PKIBody(
                    PKIBody.TYPE_POLL_REP, new PollRepContent(new ASN1Integer(0), oneSecond));
        }
        return certificateReply(enrollment, false);
    }

    private static PKIBody confirm(ProtectedPKIMessage message, Enrollment enrollment)
            throws Exception {
        CertConfirmContent content =
                CertConfirmContent.getInstance(message.getBody().getContent());
        CertificateStatus status =
                new CertificateConfirmationContent(content).getStatusMessages()[0];
        report("certHash", status.isVerified(
                enrollment.certificate, new JcaDigestCalculatorProviderBuilder().build()));
        PKIStatusInfo info = status.getStatusInfo();
        report("accepted", info == null || info.getStatus().intValue() == PKIStatus.GRANTED);
        return new PKIBody(PKIBody.TYPE_CONFIRM, DERNull.INSTANCE);
    }

    private static PKIBody revoke(ProtectedPKIMessage message) {
        CertTemplate template =
                RevReqContent.getInstance(message.getBody().getContent())
                        .toRevDetailsArray()[0].getCertDetails();
        report("revoked", template.getSerialNumber().getValue().toString(16));
        return new PKIBody(
                PKIBody.TYPE_REVOCATION_REP,
                new RevRepContentBuilder().add(new PKIStatusInfo(PKIStatus.granted)).build());
    }

    private static PKIBody error(String text, int failure) {
        return new PKIBody(
                PKIBody.TYPE_ERROR,
                new ErrorMsgContent(
                        new PKIStatusInfo(
                                PKIStatus.rejection,
                                new PKIFreeText(text),
                                new PKIFailureInfo(failure))));
    }

    /** Protects as the request does, but with the right secret even if the request's was wrong. */
    private byte[] reply(ProtectedPKIMessage request, PKIBody body) throws Exception {
        PKIHeader header = request.getHeader();
        ProtectedPKIMessageBuilder builder =
                new ProtectedPKIMessageBuilder(
                        new GeneralName(ca.getSubject()), header.getSender())
                        .setBody(body)
                        .setTransactionID(header.getTransactionID().getOctets())
                        .setSenderNonce(nonce())
                        .setRecipNonce(header.getSenderNonce().getOctets())
                        .setMessageTime(new Date())
                        .addCMPCertificate(ca);
        grantImplicitConfirm(header, body, builder);
        return protectedBy(request, builder).toASN1Structure().getEncoded();
    }

    private static byte[] nonce() {
        byte[] nonce = new byte[16];
        new SecureRandom().nextBytes(nonce);
        return nonce;
    }

    private static void grantImplicitConfirm(
            PKIHeader header, PKIBody body, ProtectedPKIMessageBuilder builder) {
        if (header.getGeneralInfo() == null || body.getType() == PKIBody.TYPE_ERROR) {
            return;
        }
        for (InfoTypeAndValue item : header.getGeneralInfo()) {
            if (item.getInfoType().equals(CMPObjectIdentifiers.it_implicitConfirm)) {
                builder.addGeneralInfo(item);
            }
        }
    }

    private ProtectedPKIMessage protectedBy(
            ProtectedPKIMessage request, ProtectedPKIMessageBuilder builder) throws Exception {
        boolean pbmac1 = PBMAC1.equals(protectionAlgorithm(request));
        if (!pbmac1 && !request.hasPasswordBasedMacProtection()) {
            return builder.build(caSigner());
        }
        builder.setSenderKID(request.getHeader().getSenderKID().getOctets());
        if (pbmac1) {
            return builder.build(new Pbmac1(secret));
        }
        return builder.build(new PKMACBuilder(new JcePKMACValuesCalculator()).build(secret));
    }

    /** Own PBMAC1: BouncyCastle 1.72 verifies it, but writes PBES2 as its key derivation. */
    private static final class Pbmac1 implements MacCalculator {
        private static final int ITERATIONS = 10000;
        private static final int KEY_BYTES = 32;
        private static final AlgorithmIdentifier HMAC = JcePBMac1CalculatorBuilder.PRF_SHA256;

        private final ByteArrayOutputStream data = new ByteArrayOutputStream();
        private final byte[] salt = nonce();
        private final Mac mac = Mac.getInstance("HmacSHA256");

        Pbmac1(char[] secret) throws GeneralSecurityException {
            PBEKeySpec spec = new PBEKeySpec(secret, salt, ITERATIONS, KEY_BYTES * 8);
            SecretKeyFactory factory = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256");
            mac.init(new SecretKeySpec(factory.generateSecret(spec).getEncoded(), "HmacSHA256"));
        }

        @Override
        public AlgorithmIdentifier getAlgorithmIdentifier() {
            PBKDF2Params derivation = new PBKDF2Params(salt, ITERATIONS, KEY_BYTES, HMAC);
            return new AlgorithmIdentifier(
                    PBMAC1,
                    new PBMAC1Params(
                            new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBKDF2, derivation),
                            HMAC));
        }

        @Override
        public OutputStream getOutputStream() {
            return data;
        }

        @Override
        public byte[] getMac() {
            return mac.doFinal(data.toByteArray());
        }

        @Override
        public GenericKey getKey() {
            throw new UnsupportedOperationException();
        }
    }
}
