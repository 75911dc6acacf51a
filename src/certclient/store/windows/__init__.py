"""The PC store on Windows: crypt32 for certificates, CNG and CAPI for keys."""
