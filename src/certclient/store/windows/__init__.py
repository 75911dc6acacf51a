"""The certificate store of a Windows PC: crypt32 for certificates, CNG and CAPI for keys."""
