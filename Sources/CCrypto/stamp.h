// OpenSSL's typed stacks are macros, which Swift does not import, and a time-stamp token is a CMS
// structure of unions: each is offered here as a function over plain values.
#pragma once
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

// An encrypted PEM file must be refused, not asked about at the terminal.
static inline int fg_no_password(char *text, int size, int writing, void *context) {
  (void)text; (void)size; (void)writing; (void)context;
  return -1;
}
// The next certificate, owned by the caller; NULL at the end and for a damaged one.
static inline X509 *fg_pem_next(BIO *pem) {
  return PEM_read_bio_X509(pem, NULL, fg_no_password, NULL);
}
// 1 when the last certificate was followed by nothing that looks like one.
static inline int fg_pem_at_end(void) {
  unsigned long error = ERR_peek_last_error();
  return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

static inline STACK_OF(X509) *fg_certificates_new(void) { return sk_X509_new_null(); }
// Takes the certificate over; 0 on failure.
static inline int fg_certificates_add(STACK_OF(X509) *list, X509 *one) {
  if (sk_X509_push(list, one) > 0) return 1;
  X509_free(one);
  return 0;
}
static inline void fg_certificates_free(STACK_OF(X509) *list) { sk_X509_pop_free(list, X509_free); }

// The one signer's certificate, from the reply or from `known`; NULL unless there is exactly one.
// Lent: it lives as long as both.
static inline X509 *fg_stamp_signer(TS_RESP *reply, STACK_OF(X509) *known) {
  PKCS7 *token = TS_RESP_get_token(reply);
  if (!token || !PKCS7_type_is_signed(token)) return NULL;
  STACK_OF(X509) *signers = PKCS7_get0_signers(token, known, 0);
  X509 *signer = sk_X509_num(signers) == 1 ? sk_X509_value(signers, 0) : NULL;
  sk_X509_free(signers);
  return signer;
}

static inline PKCS7_SIGNER_INFO *fg_stamp_signer_info(TS_RESP *reply) {
  PKCS7 *token = TS_RESP_get_token(reply);
  if (!token || !PKCS7_type_is_signed(token)) return NULL;
  STACK_OF(PKCS7_SIGNER_INFO) *all = PKCS7_get_signer_info(token);
  return sk_PKCS7_SIGNER_INFO_num(all) == 1 ? sk_PKCS7_SIGNER_INFO_value(all, 0) : NULL;
}
// The signer's digest as a NID, 0 where there is none.
static inline int fg_stamp_digest(TS_RESP *reply) {
  PKCS7_SIGNER_INFO *info = fg_stamp_signer_info(reply);
  return info && info->digest_alg ? OBJ_obj2nid(info->digest_alg->algorithm) : NID_undef;
}
// 1 when the signed attributes say that a time stamp was signed: OpenSSL's own check leaves that out.
static inline int fg_stamp_signs_a_time(TS_RESP *reply) {
  PKCS7_SIGNER_INFO *info = fg_stamp_signer_info(reply);
  ASN1_TYPE *type = info ? PKCS7_get_signed_attribute(info, NID_pkcs9_contentType) : NULL;
  return type && type->type == V_ASN1_OBJECT
      && OBJ_obj2nid(type->value.object) == NID_id_smime_ct_TSTInfo;
}

// 1 when the certificate's only extended use is time stamping and the extension is critical.
// OpenSSL's own check passes over uses that it does not know.
static inline int fg_stamps_only(X509 *one) {
  int critical = 0;
  EXTENDED_KEY_USAGE *uses = X509_get_ext_d2i(one, NID_ext_key_usage, &critical, NULL);
  int fits = uses && critical == 1 && sk_ASN1_OBJECT_num(uses) == 1
      && OBJ_obj2nid(sk_ASN1_OBJECT_value(uses, 0)) == NID_time_stamp;
  EXTENDED_KEY_USAGE_free(uses);
  return fits;
}

// The token's time in whole seconds since 1970, rounded down; 0 on failure, which no stamp is from.
static inline long long fg_stamp_seconds(TS_TST_INFO *info) {
  struct tm parts;
  const ASN1_GENERALIZEDTIME *time = TS_TST_INFO_get_time(info);
  return time && ASN1_TIME_to_tm(time, &parts) == 1 ? (long long)timegm(&parts) : 0;
}
// 1 when the time has a fraction of a second.
static inline int fg_stamp_has_fraction(TS_TST_INFO *info) {
  const ASN1_GENERALIZEDTIME *time = TS_TST_INFO_get_time(info);
  return time && memchr(ASN1_STRING_get0_data(time), '.', (size_t)ASN1_STRING_length(time)) != NULL;
}
// Half the width of what the authority vouches for, in microseconds; 0 where it says nothing.
static inline long long fg_stamp_accuracy(TS_TST_INFO *info) {
  TS_ACCURACY *accuracy = TS_TST_INFO_get_accuracy(info);
  if (!accuracy) return 0;
  const ASN1_INTEGER *seconds = TS_ACCURACY_get_seconds(accuracy);
  const ASN1_INTEGER *millis = TS_ACCURACY_get_millis(accuracy);
  const ASN1_INTEGER *micros = TS_ACCURACY_get_micros(accuracy);
  int64_t parts[3] = {0, 0, 0};
  if (seconds && !ASN1_INTEGER_get_int64(&parts[0], seconds)) return -1;
  if (millis && !ASN1_INTEGER_get_int64(&parts[1], millis)) return -1;
  if (micros && !ASN1_INTEGER_get_int64(&parts[2], micros)) return -1;
  for (int place = 0; place < 3; place++)
    if (parts[place] < 0 || parts[place] > 1000000000) return -1;
  return parts[0] * 1000000 + parts[1] * 1000 + parts[2];
}

// The context takes over what it is set, so it gets references of its own.
// Both functions have changed their names in OpenSSL 3.4.
static inline int fg_verification_trust(
    TS_VERIFY_CTX *context, X509_STORE *store, STACK_OF(X509) *known) {
  STACK_OF(X509) *copy = X509_chain_up_ref(known);
  if (!copy) return 0;
  X509_STORE_up_ref(store);
#if OPENSSL_VERSION_PREREQ(3, 4)
  TS_VERIFY_CTX_set0_certs(context, copy);
  TS_VERIFY_CTX_set0_store(context, store);
#else
  TS_VERIFY_CTX_set_certs(context, copy);
  TS_VERIFY_CTX_set_store(context, store);
#endif
  TS_VERIFY_CTX_add_flags(context, TS_VFY_SIGNATURE);
  return 1;
}
